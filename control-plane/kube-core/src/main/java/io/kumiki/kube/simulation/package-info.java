/// Simulated nodes: what `--nodes "16 x gpu=8 type=H100 rack=4"` means, how they and the pods that were really
/// scheduled onto them behave.
/// Pure decisions; the shell has the timers.
/// Nothing real lands on a simulated node unless its pod tolerates the taint.
@NullMarked
package io.kumiki.kube.simulation;

import org.jspecify.annotations.NullMarked;
