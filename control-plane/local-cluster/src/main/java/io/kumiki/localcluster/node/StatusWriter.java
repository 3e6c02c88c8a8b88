package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.localcluster.node.pod.ContainerState;
import io.kumiki.localcluster.node.pod.PodStatus;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes one pod's status, when it says something new.
final class StatusWriter {
    private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);

    private final NodeCluster cluster;
    private final PodNetwork.Joined network;
    private final Instant startTime;
    private final Clock clock;
    private @Nullable ObjectNode written;

    StatusWriter(NodeCluster cluster, PodNetwork.Joined network, Instant startTime, Clock clock) {
        this.cluster = cluster;
        this.network = network;
        this.startTime = startTime;
        this.clock = clock;
    }

    /// The pod with the status that it has now; null when the cluster takes no write just now (a full disk).
    @Nullable
    JsonNode write(JsonNode pod, List<ContainerState> states, String phase, PodStatus.@Nullable Ending why) {
        ObjectNode status = new PodStatus(
                        pod, states, network.address(), network.collision(), startTime, clock.instant())
                .render(phase, why);
        if (status.equals(written)) {
            return pod;
        }
        try {
            cluster.writeStatus(pod, status);
        } catch (ApiFault fault) {
            LOG.warn(
                    "status of pod {} not written, tried again soon: {}",
                    pod.path("metadata").path("name").asText(),
                    fault.getMessage());
            return null;
        }
        written = status;
        // The next status keeps each condition's time of change.
        return ((ObjectNode) pod.deepCopy()).set("status", status);
    }
}
