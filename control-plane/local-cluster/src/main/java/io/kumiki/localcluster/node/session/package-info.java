/// What a connection into a pod reaches: a process started in a container, the output of its main process, a port.
@NullMarked
package io.kumiki.localcluster.node.session;

import org.jspecify.annotations.NullMarked;
