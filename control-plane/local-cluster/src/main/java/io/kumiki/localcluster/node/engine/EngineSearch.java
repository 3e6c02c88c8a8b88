package io.kumiki.localcluster.node.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.engine.ContainerEngine.Presence;
import io.kumiki.localcluster.node.engine.EngineWire.Answer;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which engine answers at one of the sockets. One that does is kept for a while, for it is asked about often.
final class EngineSearch {
    private static final Duration PING = Duration.ofSeconds(3);
    /// Podman starts two programs to say what versions they have.
    private static final Duration INTRODUCTION = Duration.ofSeconds(15);

    private static final Duration KEPT = Duration.ofSeconds(10);
    /// One that is silent for a moment is busy, or is being started anew.
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private static final Path KERNEL = Path.of("/proc/sys/kernel/osrelease");

    private final EngineWire wire;
    private final List<Path> sockets;
    private @Nullable Found last;

    /// @param at when this was found
    /// @param heard when it answered last
    private record Found(Presence presence, @Nullable Path socket, long at, long heard) {
        boolean answers() {
            return presence instanceof Presence.Answers;
        }
    }

    EngineSearch(EngineWire wire, List<Path> sockets) {
        this.wire = wire;
        this.sockets = sockets;
    }

    Presence presence() {
        return found().presence();
    }

    /// Of the engine that answered last, even when it has fallen silent: its containers are there.
    Path socket() throws EngineFault {
        Found known = last();
        Path socket = known == null || known.socket() == null ? found().socket() : known.socket();
        if (socket == null) {
            throw new EngineFault(0, "no container engine answers");
        }
        return socket;
    }

    private synchronized @Nullable Found last() {
        return last;
    }

    private synchronized Found found() {
        Found known = last;
        if (known == null || System.nanoTime() - known.at() > KEPT.toNanos()) {
            known = next(known);
            last = known;
        }
        return known;
    }

    private Found next(@Nullable Found known) {
        long now = System.nanoTime();
        if (known != null && known.answers() && known.socket() != null) {
            if (pings(known.socket())) {
                return new Found(known.presence(), known.socket(), now, now);
            }
            if (now - known.heard() < SILENCE.toNanos()) {
                return new Found(known.presence(), known.socket(), now, known.heard());
            }
        }
        Found next = look();
        // The socket is kept for containers that run there.
        return next.socket() == null && known != null
                ? new Found(next.presence(), known.socket(), next.at(), known.heard())
                : next;
    }

    private boolean pings(Path socket) {
        try {
            return wire.call(socket, HttpMethod.GET, "/_ping", null, PING).good();
        } catch (EngineFault e) {
            return false;
        }
    }

    private Found look() {
        List<String> why = new ArrayList<>();
        for (Path socket : sockets) {
            if (!Files.exists(socket)) {
                continue;
            }
            if (!pings(socket)) {
                why.add("nobody answers at " + socket + " within " + PING.toSeconds() + " s");
                continue;
            }
            try {
                Presence presence = ask(socket);
                if (presence instanceof Presence.Answers) {
                    return new Found(presence, socket, System.nanoTime(), System.nanoTime());
                }
                why.add(((Presence.Absent) presence).why());
            } catch (IOException e) {
                why.add(socket + ": " + e.getMessage());
            }
        }
        if (why.isEmpty()) {
            why.add("there is no socket at "
                    + String.join(", ", sockets.stream().map(Path::toString).toList()));
        }
        return new Found(new Presence.Absent(String.join("; ", why)), null, System.nanoTime(), 0);
    }

    private Presence ask(Path socket) throws IOException {
        Answer answer = wire.call(socket, HttpMethod.GET, "/version", null, INTRODUCTION);
        if (!answer.good()) {
            throw answer.fault();
        }
        JsonNode version = answer.json();
        JsonNode first = version.path("Components").path(0);
        String product = first.path("Name").asText("Engine");
        String name = (product.equals("Engine") ? "Docker" : product) + " "
                + version.path("Version").asText("of no version");
        String kernel = version.path("KernelVersion").asText("");
        String ours = Files.exists(KERNEL) ? Files.readString(KERNEL).strip() : "";
        if (ours.isEmpty() || !kernel.equals(ours)) {
            return new Presence.Absent(name + " at " + socket + " runs its containers in another machine or a virtual"
                    + " one, which sees neither this machine's files nor its network");
        }
        return new Presence.Answers(name, joins(socket, product));
    }

    /// Podman takes a namespace by its file; but not one of root's when it is an ordinary user's.
    private boolean joins(Path socket, String product) throws EngineFault {
        if (!product.contains("Podman")) {
            return false;
        }
        Answer info = wire.call(socket, HttpMethod.GET, "/info", null, INTRODUCTION);
        return info.good() && !info.json().path("SecurityOptions").toString().contains("rootless");
    }
}
