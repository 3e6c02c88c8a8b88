/// What follows from a write: garbage collection, ends of namespaces, default accounts.
/// Has no loop and no thread: each write queues its own consequences.
/// Changes go in; further writes come out.
@NullMarked
package io.kumiki.kube.lifecycle;

import org.jspecify.annotations.NullMarked;
