/// Network namespaces of pods: a bridge of this machine with a private range of addresses, a namespace for a pod on it,
/// and the way from there to this machine's services and to the outside.
@NullMarked
package io.kumiki.localcluster.node.net;

import org.jspecify.annotations.NullMarked;
