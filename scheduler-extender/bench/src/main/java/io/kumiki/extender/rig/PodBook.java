package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.bench.Wire;
import io.kumiki.model.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What became of every pod, as one watch saw it, with its own clock; and which promises were broken: a node given
/// twice, a gang that stayed partial.
public final class PodBook implements AutoCloseable {
    private static final String PATH = "/api/v1/pods";

    /// @param gang namespace/name, empty for none
    /// @param boundAt nanoseconds of the monotonic clock; 0 while it is not bound
    public record Pod(
            String namespace,
            String name,
            String uid,
            String gang,
            String node,
            String phase,
            boolean terminating,
            boolean gated,
            Map<String, Long> requests,
            long boundAt) {
        String key() {
            return namespace + "/" + name;
        }

        String path() {
            return "/api/v1/namespaces/" + namespace + "/pods/" + name;
        }

        boolean takes() {
            return !node.isEmpty() && !phase.equals("Succeeded") && !phase.equals("Failed");
        }
    }

    private static final class Gang {
        int size;
        int bound;
        long partialSince;
        long ungated;
        long started;
    }

    private final Calls calls;
    private final Consumer<Pod> changed;
    private final Map<String, Map<String, Long>> allocatable;
    private final Map<String, Pod> pods = new HashMap<>();
    private final Map<String, Gang> gangs = new HashMap<>();
    private final Map<String, Map<String, Long>> used = new HashMap<>();
    private final List<String> broken = new ArrayList<>();
    private final Thread thread;
    private long longestPartial;
    private long lastBound;
    private volatile boolean closed;
    private volatile @Nullable Wire open;

    /// @param changed told of each pod that is there and changed, on the watch's thread
    /// @param allocatable of each node, CPU in milli
    PodBook(Calls calls, Map<String, Map<String, Long>> allocatable, Consumer<Pod> changed) {
        this.calls = calls;
        this.allocatable = allocatable;
        this.changed = changed;
        this.thread = Thread.ofVirtual().name("pod book").start(this::run);
    }

    private void run() {
        String version = "";
        while (!closed) {
            try {
                version = follow(version);
            } catch (IOException e) {
                if (closed) {
                    return;
                }
                version = "";
            }
        }
    }

    /// One watch to its end; gives the version after which the next begins.
    private String follow(String from) throws IOException {
        String[] version = {from};
        var line = new ByteArrayOutputStream(8_192);
        try (Wire wire = new Wire(calls.endpoint(), 65_536)) {
            open = wire;
            // Without a version the watch itself begins with all that is there.
            wire.stream(PATH + "?watch=true&allowWatchBookmarks=true&resourceVersion=" + from, (bytes, at, length) -> {
                for (int i = at; i < at + length; i++) {
                    if (bytes[i] == '\n') {
                        version[0] = event(Json.parse(line.toByteArray()), version[0]);
                        line.reset();
                    } else {
                        line.write(bytes[i]);
                    }
                }
                return !closed;
            });
        }
        return version[0];
    }

    private String event(JsonNode event, String version) {
        JsonNode object = event.path("object");
        switch (event.path("type").asText()) {
            case "ADDED", "MODIFIED" -> changed.accept(see(object));
            case "DELETED" -> forget(key(object));
            case "BOOKMARK" -> {}
            default -> {
                return "";
            }
        }
        return object.at("/metadata/resourceVersion").asText(version);
    }

    private static String key(JsonNode object) {
        return object.at("/metadata/namespace").asText() + "/"
                + object.at("/metadata/name").asText();
    }

    private synchronized Pod see(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        Pod before = pods.get(key(object));
        String node = object.at("/spec/nodeName").asText("");
        long now = System.nanoTime();
        String label = metadata.path("labels").path("kumiki.io/gang").asText("");
        Pod pod = new Pod(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                metadata.path("uid").asText(),
                label.isEmpty() ? "" : metadata.path("namespace").asText() + "/" + label,
                node,
                object.at("/status/phase").asText(""),
                metadata.has("deletionTimestamp"),
                !object.at("/spec/schedulingGates").isEmpty(),
                Pods.requests(object),
                before != null && before.boundAt() != 0 ? before.boundAt() : node.isEmpty() ? 0 : now);
        pods.put(pod.key(), pod);
        account(before, -1);
        account(pod, 1);
        if (pod.boundAt() == now) {
            lastBound = now;
            over(pod);
        }
        gang(
                before,
                pod,
                metadata.path("annotations").path("kumiki.io/gang-size").asInt(0),
                now);
        notifyAll();
        return pod;
    }

    private synchronized void forget(String key) {
        Pod pod = pods.remove(key);
        account(pod, -1);
        gang(pod, null, 0, System.nanoTime());
        notifyAll();
    }

    private void account(@Nullable Pod pod, int sign) {
        if (pod != null && pod.takes()) {
            Map<String, Long> of = used.computeIfAbsent(pod.node(), _ -> new HashMap<>());
            pod.requests().forEach((resource, amount) -> of.merge(resource, sign * amount, Long::sum));
        }
    }

    private void over(Pod pod) {
        Map<String, Long> has = allocatable.get(pod.node());
        if (has != null) {
            used.getOrDefault(pod.node(), Map.of()).forEach((resource, amount) -> {
                if (has.containsKey(resource) && amount > has.get(resource)) {
                    broken.add(pod.key() + " makes " + amount + " of " + has.get(resource) + " " + resource + " of "
                            + pod.node());
                }
            });
        }
    }

    private void gang(@Nullable Pod before, @Nullable Pod after, int size, long now) {
        Pod any = after == null ? before : after;
        if (any == null || any.gang().isEmpty()) {
            return;
        }
        Gang gang = gangs.computeIfAbsent(any.gang(), _ -> new Gang());
        gang.size = Math.max(gang.size, size);
        if (after != null && !after.gated() && gang.ungated == 0) {
            gang.ungated = now;
        }
        if (after != null && !after.node().isEmpty() && gang.started == 0) {
            gang.started = now;
        }
        gang.bound += (after == null || after.node().isEmpty() ? 0 : 1)
                - (before == null || before.node().isEmpty() ? 0 : 1);
        boolean partial = gang.bound > 0 && gang.bound < gang.size;
        if (partial && gang.partialSince == 0) {
            gang.partialSince = now;
        } else if (!partial && gang.partialSince != 0) {
            longestPartial = Math.max(longestPartial, now - gang.partialSince);
            gang.partialSince = 0;
        }
    }

    /// Waits until it holds, looked at after each change; false when it never did.
    public synchronized boolean await(long millis, BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!holds.getAsBoolean()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
        }
        return true;
    }

    public synchronized List<Pod> of(Predicate<Pod> which) {
        return pods.values().stream().filter(which).toList();
    }

    public synchronized long count(Predicate<Pod> which) {
        return pods.values().stream().filter(which).count();
    }

    public synchronized int bound() {
        return (int) pods.values().stream().filter(pod -> pod.boundAt() != 0).count();
    }

    public synchronized int size() {
        return pods.size();
    }

    /// Of the last pod that was bound, by [System#nanoTime].
    public synchronized long lastBound() {
        return lastBound;
    }

    /// When the first member of each gang was free to be scheduled, by [System#nanoTime]; also of gangs that are gone.
    public synchronized Map<String, Long> firstUngated() {
        Map<String, Long> times = new HashMap<>();
        gangs.forEach((name, gang) -> {
            if (gang.ungated != 0) {
                times.put(name, gang.ungated);
            }
        });
        return times;
    }

    /// When the first member of each gang was bound.
    public synchronized Map<String, Long> firstBound() {
        Map<String, Long> times = new HashMap<>();
        gangs.forEach((name, gang) -> {
            if (gang.started != 0) {
                times.put(name, gang.started);
            }
        });
        return times;
    }

    /// Gangs that have some members bound and not all, now.
    public synchronized List<String> partial() {
        List<String> names = new ArrayList<>();
        gangs.forEach((name, gang) -> {
            if (gang.partialSince != 0) {
                names.add(name + " " + gang.bound + "/" + gang.size);
            }
        });
        return names;
    }

    /// Seconds for which any gang was partial at most, up to now.
    public synchronized double longestPartialSeconds() {
        long longest = longestPartial;
        for (Gang gang : gangs.values()) {
            longest = Math.max(longest, gang.partialSince == 0 ? 0 : System.nanoTime() - gang.partialSince);
        }
        return longest / 1e9;
    }

    /// Each time that a node was given more than it has.
    public synchronized List<String> givenTwice() {
        return List.copyOf(broken);
    }

    @Override
    public void close() {
        closed = true;
        Wire wire = open;
        if (wire != null) {
            try {
                wire.close();
            } catch (IOException e) {
                assert e != null : "it was closed already";
            }
        }
        thread.interrupt();
    }
}
