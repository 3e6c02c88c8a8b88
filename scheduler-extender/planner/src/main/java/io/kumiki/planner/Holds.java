package io.kumiki.planner;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What single pods were promised and do not take yet: by claim until the pod is seen, by its uid from then on.
final class Holds {
    /// @param until a claim whose pod was never seen ends then; a seen pod's hold lasts as long as the pod waits
    record Hold(String namespace, Map<String, Long> amounts, String node, String devices, long until) {
        Hold forGood() {
            return until(Long.MAX_VALUE);
        }

        Hold until(long end) {
            return new Hold(namespace, amounts, node, devices, end);
        }
    }

    private final SortedMap<String, Hold> byKey = new TreeMap<>();
    private final Map<String, SortedMap<String, Hold>> byNode = new TreeMap<>();

    @Nullable
    Hold get(String key) {
        return byKey.get(key);
    }

    Collection<Hold> all() {
        return byKey.values();
    }

    Collection<Hold> on(String node) {
        return byNode.getOrDefault(node, new TreeMap<>()).values();
    }

    void put(String key, Hold hold) {
        remove(key);
        byKey.put(key, hold);
        byNode.computeIfAbsent(hold.node(), _ -> new TreeMap<>()).put(key, hold);
    }

    @Nullable
    Hold remove(String key) {
        Hold hold = byKey.remove(key);
        SortedMap<String, Hold> there = hold == null ? null : byNode.get(hold.node());
        if (there != null) {
            there.remove(key);
            if (there.isEmpty()) {
                byNode.remove(java.util.Objects.requireNonNull(hold).node());
            }
        }
        return hold;
    }

    void copyInto(Holds other) {
        byKey.forEach(other::put);
    }

    List<String> keys() {
        return List.copyOf(byKey.keySet());
    }

    List<String> over(long now) {
        return byKey.entrySet().stream()
                .filter(entry -> entry.getValue().until() <= now)
                .map(Map.Entry::getKey)
                .toList();
    }
}
