/// Simulated nodes brought to life: the Node objects of `--nodes`, and one timer thread that moves their pods on.
/// What happens and when is decided purely in kube-core.
/// A thousand simulated pods cost a thousand status writes and nothing while they run.
@NullMarked
package io.kumiki.localcluster.simulation;

import org.jspecify.annotations.NullMarked;
