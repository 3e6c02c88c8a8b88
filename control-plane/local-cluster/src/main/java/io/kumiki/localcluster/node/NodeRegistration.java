package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Node object of this machine and its lease: what it offers, what holds here, that it lives.
final class NodeRegistration {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRegistration.class);

    private final NodeCluster cluster;
    private final NodeSettings settings;
    private final ThisMachine machine;
    private final DiskWatch disk;
    private final String limits;
    private final String network;
    private final Clock clock;

    /// @param limits by what limits are enforced, one sentence
    /// @param network which pods have a network namespace, one sentence
    NodeRegistration(
            NodeCluster cluster,
            NodeSettings settings,
            ThisMachine machine,
            DiskWatch disk,
            String limits,
            String network,
            Clock clock) {
        this.cluster = cluster;
        this.settings = settings;
        this.machine = machine;
        this.disk = disk;
        this.limits = limits;
        this.network = network;
        this.clock = clock;
    }

    void begin() throws IOException {
        Files.write(
                settings.folder().resolve(NodeAgent.NOTES),
                Json.bytes(Json.object().put("network", network).put("limits", limits)));
        write();
        cluster.renewLease(settings.name());
    }

    /// Looks at the disk, renews the lease, and writes the node anew when it has gone or says something old.
    void beat() {
        try {
            boolean before = disk.pressure();
            disk.look();
            boolean known = cluster.renewLease(settings.name());
            if (!known || before != disk.pressure()) {
                write();
            }
        } catch (RuntimeException e) {
            LOG.warn("heartbeat of node {} failed; the next one comes soon", settings.name(), e);
        }
    }

    private void write() {
        ObjectNode written = machine.node(disk.pressure(), clock.instant());
        ((ObjectNode) written.get("metadata"))
                .putObject("annotations")
                .put(NodeAgent.LIMITS, limits)
                .put(NodeAgent.NETWORK, network);
        cluster.writeNode(written);
    }
}
