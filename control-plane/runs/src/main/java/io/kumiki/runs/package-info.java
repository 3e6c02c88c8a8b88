/// The run loop: rows and pod events into the engine, its commands into the cluster.
/// Decides nothing itself.
/// Events are queued per run, decisions committed, then applied.
@NullMarked
package io.kumiki.runs;

import org.jspecify.annotations.NullMarked;
