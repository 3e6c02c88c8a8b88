package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.pod.ContainerState;
import io.kumiki.localcluster.node.pod.ContainerState.Ended;
import io.kumiki.localcluster.node.pod.PodPlan;
import io.kumiki.localcluster.node.pod.PodStatus;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;

/// How a container ended: code, reason and last words.
final class ContainerEnds {
    private static final int LOST = 137;

    private final PodFolder folder;
    private final Clock clock;

    ContainerEnds(PodFolder folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /// In the words of a container status. What the kernel kept about the start is let go.
    Ended describe(JsonNode pod, ContainerState state, RunningContainer.End end) throws IOException {
        Instant startedAt = state.startedAt();
        Instant at = end.at() == null ? clock.instant() : end.at();
        if (end.error() != null) {
            return new Ended(128, "StartError", end.error(), startedAt, at);
        }
        Integer code = end.exitCode();
        if (code == null) {
            return new Ended(
                    LOST,
                    "ContainerStatusUnknown",
                    "The container could not be located: neither its process nor its exit code is left",
                    startedAt,
                    at);
        }
        JsonNode container = Objects.requireNonNull(PodPlan.container(pod, state.name()));
        Path start = folder.start(state.name(), state.restarts());
        String message =
                TerminationMessage.read(container, folder, start, folder.log(state.name(), state.restarts()), code);
        boolean outOfMemory = code != 0 && (end.outOfMemory() || ControlGroups.outOfMemory(start));
        ControlGroups.remove(start);
        String reason = outOfMemory ? "OOMKilled" : PodStatus.reason(code);
        return new Ended(code, reason, message, startedAt, at);
    }
}
