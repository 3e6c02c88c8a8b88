/// A rig: real etcd, kube-apiserver and stock kube-scheduler, objects for nodes, a pretended kubelet, and the extender
/// as a process of its own. Benchmarks and contract tests stand on it.
/// Shapes of load go in, times, CPU seconds and broken promises come out.
@NullMarked
package io.kumiki.extender.rig;

import org.jspecify.annotations.NullMarked;
