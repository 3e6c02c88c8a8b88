package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// What is bound, as the API server tells it: how long gangs were partial, and whether anything was given twice.
public final class GangBook {
    private final int gpus;
    private final Map<String, Integer> sizes = new HashMap<>();
    private final Map<String, Map<String, String>> bound = new HashMap<>();
    private final Map<String, Set<String>> there = new HashMap<>();
    private final Map<String, JsonNode> gangs = new HashMap<>();
    private final Map<String, Long> partialSince = new HashMap<>();
    private final List<String> doubles = new ArrayList<>();
    private long longestPartial;
    private long epoch;
    private long epochAt;
    private long changes;

    /// @param gpus of each node; each pod takes one
    GangBook(int gpus) {
        this.gpus = gpus;
    }

    synchronized void expect(String gang, int size) {
        sizes.put(gang, size);
    }

    synchronized void pod(JsonNode pod, boolean gone) {
        String gang = pod.path("metadata").path("labels").path("kumiki.io/gang").asText("");
        String name = pod.path("metadata").path("name").asText();
        String node = pod.path("spec").path("nodeName").asText("");
        Map<String, String> of = bound.computeIfAbsent(gang, _ -> new HashMap<>());
        Set<String> all = there.computeIfAbsent(gang, _ -> new HashSet<>());
        if (gone) {
            of.remove(name);
            all.remove(name);
        } else {
            all.add(name);
            String before = node.isEmpty() ? null : of.put(name, node);
            if (before != null && !before.equals(node)) {
                doubles.add(name + " is on " + before + " and on " + node);
            }
        }
        long on = node.isEmpty()
                ? 0
                : bound.values().stream()
                        .flatMap(nodes -> nodes.values().stream())
                        .filter(node::equals)
                        .count();
        if (on > gpus) {
            doubles.add(node + " has " + gpus + " GPUs and " + on + " pods");
        }
        partial(gang, of.size(), gone);
        changed();
    }

    private void partial(String gang, int now, boolean leaving) {
        boolean part = now > 0 && now < sizes.getOrDefault(gang, 0) && !leaving;
        Long since = partialSince.get(gang);
        if (part && since == null) {
            partialSince.put(gang, System.nanoTime());
        } else if (!part && since != null) {
            longestPartial = Math.max(longestPartial, System.nanoTime() - since);
            partialSince.remove(gang);
        }
    }

    synchronized void gang(JsonNode gang) {
        gangs.put(gang.path("metadata").path("name").asText(), gang);
        long written = gang.path("status").path("epoch").asLong(0);
        if (written > epoch) {
            epoch = written;
            epochAt = System.nanoTime();
        }
        changed();
    }

    private void changed() {
        changes++;
        notifyAll();
    }

    /// Until something changed, at most for a moment.
    synchronized void await() throws InterruptedException {
        long seen = changes;
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
        while (seen == changes && System.nanoTime() < end) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, end - System.nanoTime()));
        }
    }

    synchronized boolean slots(String gang) {
        JsonNode object = gangs.get(gang);
        return object != null && object.path("status").has("slots");
    }

    synchronized boolean running(String gang) {
        JsonNode object = gangs.get(gang);
        return object != null && object.path("status").path("phase").asText().equals("Running");
    }

    synchronized int bound(String gang) {
        return bound.getOrDefault(gang, Map.of()).size();
    }

    synchronized int there(String gang) {
        return there.getOrDefault(gang, Set.of()).size();
    }

    /// The newest epoch in any gang's status.
    synchronized long epoch() {
        return epoch;
    }

    synchronized long epochAt() {
        return epochAt;
    }

    /// Seconds for which a gang was partial at most, one that is partial now included.
    public synchronized double longestPartial() {
        long longest = longestPartial;
        for (long since : partialSince.values()) {
            longest = Math.max(longest, System.nanoTime() - since);
        }
        return longest / 1e9;
    }

    public synchronized List<String> doubles() {
        return List.copyOf(doubles);
    }

    /// Of gangs that have pods: which slots they have does not matter, and is long.
    synchronized String standing() {
        var text = new StringBuilder("epoch " + epoch);
        gangs.forEach((name, gang) -> {
            if (there(name) > 0) {
                ObjectNode status = Json.object();
                if (gang.path("status") instanceof ObjectNode told) {
                    status.setAll(told);
                }
                status.remove("slots");
                text.append("; " + name + ": " + bound(name) + " bound and " + there(name) + " there of "
                        + sizes.get(name) + ", " + status);
            }
        });
        return text.toString();
    }
}
