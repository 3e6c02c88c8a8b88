/// The node agent: this machine as one Kubernetes node whose containers are local processes.
/// Pods bound to the node come in by watch, statuses go back through the same door; a process outlives Kumiki and
/// is adopted.
/// What a process may see and how it ends is decided in `node.process`, where its files come from in `node.volume`.
@NullMarked
package io.kumiki.localcluster.node;

import org.jspecify.annotations.NullMarked;
