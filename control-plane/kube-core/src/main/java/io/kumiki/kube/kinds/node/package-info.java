/// `node.k8s.io`: classes of container runtimes.
///
/// What a class adds to a pod is admission's matter.
@NullMarked
package io.kumiki.kube.kinds.node;

import org.jspecify.annotations.NullMarked;
