/// The run engine: one run's tasks as a state machine that is rebuilt from its rows.
/// Knows no clock, thread, database or pod.
/// Events go in; records to commit and commands to carry out afterwards come out.
@NullMarked
package io.kumiki.pipelines.engine;

import org.jspecify.annotations.NullMarked;
