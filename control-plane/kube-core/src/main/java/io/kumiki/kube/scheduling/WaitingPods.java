package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Pods without a node, in the order they are tried: higher priority first, then older. A pod that fitted nowhere
/// waits until the cluster
/// changed and a pause has passed (1 s, doubling to 10 s), so that many hopeless pods cost little; the first few in
/// order are tried at
/// once, so that freed room is used at once.
public final class WaitingPods {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private static final int TRIED_AT_ONCE = 8;

    private static final class Entry {
        JsonNode pod;
        final int priority;
        final long order;
        int attempts;
        Instant notBefore = Instant.EPOCH;
        long changesSeen;

        Entry(JsonNode pod, long order) {
            this.pod = pod;
            this.priority = pod.path("spec").path("priority").asInt(0);
            this.order = order;
        }
    }

    private final Map<String, Entry> entries = new HashMap<>();
    private static final Comparator<Entry> ORDER =
            Comparator.<Entry>comparingInt(e -> -e.priority).thenComparingLong(e -> e.order);

    private final TreeSet<Entry> ready = new TreeSet<>(ORDER);
    private final TreeSet<Entry> parked = new TreeSet<>(ORDER);
    private long order;
    private long changes;

    public void put(JsonNode pod) {
        String uid = uid(pod);
        Entry entry = entries.get(uid);
        if (entry == null) {
            entry = new Entry(pod, order++);
            entries.put(uid, entry);
            ready.add(entry);
        } else {
            boolean specChanged = !entry.pod.path("spec").equals(pod.path("spec"));
            entry.pod = pod;
            if (specChanged && parked.remove(entry)) {
                entry.notBefore = Instant.EPOCH;
                ready.add(entry);
            }
        }
    }

    public void remove(String uid) {
        Entry entry = entries.remove(uid);
        if (entry != null) {
            ready.remove(entry);
            parked.remove(entry);
        }
    }

    /// The next pod to try now, or null. It is out of the queue until it is put back by [#park] or removed.
    public @Nullable JsonNode next(Instant now) {
        for (Entry entry : ready) {
            if (!now.isBefore(entry.notBefore)) {
                ready.remove(entry);
                entry.changesSeen = changes;
                return entry.pod;
            }
        }
        return null;
    }

    /// When the next pod becomes due, or null when none waits for time alone.
    public @Nullable Instant nextDue() {
        return ready.stream()
                .map(e -> e.notBefore)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    /// The pod fitted nowhere: it waits for [#clusterChanged]. `retry`: an error of the world, tried again by time
    /// alone.
    public void park(String uid, Instant now, boolean retry) {
        Entry entry = entries.get(uid);
        if (entry == null) {
            return;
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(entry.attempts, 4));
        entry.attempts++;
        entry.notBefore = now.plus(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
        // What changed while it was being tried may be what it needs.
        boolean nothingNew = !retry && entry.changesSeen == changes;
        (nothingNew ? parked : ready).add(entry);
    }

    /// Something that could make room happened: the first parked pods are due now, the others once their pause has
    /// passed.
    public void clusterChanged() {
        changes++;
        int atOnce = TRIED_AT_ONCE;
        for (Entry entry : parked) {
            if (atOnce-- > 0) {
                entry.notBefore = Instant.EPOCH;
            }
            ready.add(entry);
        }
        parked.clear();
    }

    public int size() {
        return entries.size();
    }

    private static String uid(JsonNode pod) {
        return Objects.requireNonNull(pod.path("metadata").path("uid").asText());
    }
}
