package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.engine.ContainerEngine.Presence;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.function.Supplier;
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
    private final Supplier<Presence> engine;
    private final Clock clock;
    private volatile String engineNote = "";

    /// @param limits by what limits are enforced, one sentence
    /// @param network which pods have a network namespace, one sentence
    /// @param engine who runs containers of real images
    NodeRegistration(
            NodeCluster cluster,
            NodeSettings settings,
            ThisMachine machine,
            DiskWatch disk,
            String limits,
            String network,
            Supplier<Presence> engine,
            Clock clock) {
        this.cluster = cluster;
        this.settings = settings;
        this.machine = machine;
        this.disk = disk;
        this.limits = limits;
        this.network = network;
        this.engine = engine;
        this.clock = clock;
    }

    void begin() throws IOException {
        note();
        write();
        cluster.renewLease(settings.name());
    }

    private void note() throws IOException {
        ObjectNode notes = Json.object().put("network", network).put("limits", limits);
        if (!engineNote.isEmpty()) {
            notes.put("engine", engineNote);
        }
        Files.write(settings.folder().resolve(NodeAgent.NOTES), Json.bytes(notes));
    }

    /// Asks for the engine, which may take some seconds; true when there is something new to tell.
    private boolean heardOfEngine() {
        String note = switch (engine.get()) {
            case Presence.Answers answers -> "images that no row of the table plays run in " + answers.name();
            case Presence.Absent absent -> "no container engine: " + absent.why();
        };
        boolean changed = !note.equals(engineNote);
        engineNote = note;
        return changed;
    }

    /// Looks at the disk, renews the lease, and writes the node anew when it has gone or says something old.
    void beat() {
        try {
            boolean before = disk.pressure();
            disk.look();
            boolean known = cluster.renewLease(settings.name());
            boolean heard = heardOfEngine();
            if (heard) {
                note();
            }
            if (!known || heard || before != disk.pressure()) {
                write();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("heartbeat of node {} failed; the next one comes soon", settings.name(), e);
        }
    }

    private void write() {
        ObjectNode written = machine.node(disk.pressure(), clock.instant());
        ObjectNode annotations = ((ObjectNode) written.get("metadata"))
                .putObject("annotations")
                .put(NodeAgent.LIMITS, limits)
                .put(NodeAgent.NETWORK, network);
        if (!engineNote.isEmpty()) {
            annotations.put(NodeAgent.ENGINE, engineNote);
        }
        cluster.writeNode(written);
    }
}
