package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.health.Handlers.Outcome;
import io.kumiki.localcluster.node.pod.PodStatus;
import io.kumiki.localcluster.node.pod.Probe;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.time.Duration;

/// What a pod's worker is told.
sealed interface PodSignal {
    record Changed(JsonNode pod) implements PodSignal {}

    /// A start of a container has ended.
    record Over(String container, int number, RunningContainer.End end) implements PodSignal {}

    /// The postStart hook of a start is done.
    record Begun(String container, int number, Outcome outcome) implements PodSignal {}

    record Asked(String container, int number, Probe probe, Outcome outcome, Probe.Verdict verdict)
            implements PodSignal {}

    /// The preStop hook of a start is done.
    record Hooked(String container, int number, Outcome outcome) implements PodSignal {}

    record End(PodStatus.Ending why, Duration grace) implements PodSignal {}

    /// The pod object is gone: end at once, write nothing.
    record Gone() implements PodSignal {}

    record RenewTokens() implements PodSignal {}

    /// Kumiki stops, the containers live on.
    record Abandon() implements PodSignal {}
}
