/// The kinds of `scheduling.k8s.io`.
/// Knows no pod; admission resolves a pod's class.
/// A class goes in; its violations come out.
@NullMarked
package io.kumiki.kube.kinds.scheduling;

import org.jspecify.annotations.NullMarked;
