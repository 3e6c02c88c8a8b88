package io.kumiki.runs;

import io.fabric8.kubernetes.api.model.Pod;
import io.kumiki.pipelines.engine.Command;
import io.kumiki.pipelines.engine.RunEvent;
import io.kumiki.store.IntentRecord;
import java.util.Collection;

/// What can arrive for a run.
sealed interface Input {
    /// Load it from its rows.
    ///
    /// @param pods the run's pods as listed at the start of the process
    record Open(Collection<Pod> pods) implements Input {}

    record Happened(RunEvent event) implements Input {}

    record Seen(Pod pod) implements Input {}

    record Gone(Pod last) implements Input {}

    record Asked(IntentRecord intent) implements Input {}

    /// A command that could not be carried out earlier.
    record Again(Command command, int failures) implements Input {}

    /// An input that met a fault of the world and comes again.
    record Later(Input input) implements Input {}
}
