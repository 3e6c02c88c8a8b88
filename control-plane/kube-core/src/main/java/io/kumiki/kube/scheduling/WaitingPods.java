package io.kumiki.kube.scheduling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Pods without a node, in the order they are tried: higher priority first, then older.
///
/// Every pod is tried once when it comes. Those that fitted nowhere wait in groups of pods alike, and only an event
/// that can help wakes a group: then its first member is tried, and the next only when that one was placed. So a
/// thousand equal pods without room cost one try an event, not a thousand. A woken group keeps its pause (1 s,
/// doubling to 10 s), except that the first few in order are tried at once, so that freed room is used at once.
final class WaitingPods {
    private static final int TRIED_AT_ONCE = 8;
    private static final Duration LONGEST_UNTRIED = Duration.ofMinutes(5);
    private static final Comparator<Waiting> ORDER =
            Comparator.<Waiting>comparingInt(w -> -w.pod.priority()).thenComparingLong(w -> w.order);

    /// Pods alike: what keeps one off keeps off the others.
    ///
    /// @param alone the pod's uid when an extender decides about each pod by itself, else empty
    private record Likeness(
            PodShape shape,
            String namespace,
            Map<String, String> labels,
            List<PodEntry.Claim> claims,
            String nominated,
            String alone) {
        static Likeness of(PodEntry pod, boolean alone) {
            return new Likeness(
                    pod.shape(),
                    pod.namespace(),
                    pod.labels(),
                    pod.claims(),
                    pod.nominatedNode(),
                    alone ? pod.uid() : "");
        }
    }

    private static final class Waiting {
        PodEntry pod;
        final boolean alone;
        final long order;

        @Nullable
        Group group;

        Waiting(PodEntry pod, boolean alone, long order) {
            this.pod = pod;
            this.alone = alone;
            this.order = order;
        }
    }

    private enum Rest {
        /// Nothing but an event wakes it.
        PARKED,
        /// Its pause is not over.
        PAUSED,
        DUE
    }

    private static final class Group {
        final Likeness likeness;
        final TreeSet<Waiting> members = new TreeSet<>(ORDER);
        Rest rest = Rest.PARKED;
        Set<Cause> causes = Set.of();
        int attempts;
        Instant notBefore = Instant.EPOCH;
        Instant since = Instant.EPOCH;

        Group(Likeness likeness) {
            this.likeness = likeness;
        }

        Waiting head() {
            return members.getFirst();
        }
    }

    private record Parked(Group group, Instant since) {}

    private final Duration firstPause;
    private final Duration longestPause;
    private final Map<String, Waiting> all = new HashMap<>();
    private final Map<Likeness, Group> groups = new HashMap<>();
    private final TreeSet<Waiting> fresh = new TreeSet<>(ORDER);
    /// By their heads; a group leaves and comes back when its head changes.
    private final TreeSet<Group> due = new TreeSet<>(Comparator.comparing(Group::head, ORDER));
    private final PriorityQueue<Group> paused = new PriorityQueue<>(Comparator.comparing(group -> group.notBefore));
    private final Deque<Parked> parked = new ArrayDeque<>();
    private long order;

    WaitingPods(Duration firstPause, Duration longestPause) {
        this.firstPause = firstPause;
        this.longestPause = longestPause;
    }

    /// A pod that is new, or has changed: in what decides about it, then it is tried afresh.
    ///
    /// @param alone an extender decides about it: any change of its annotations may be what it waits for
    void put(PodEntry pod, boolean alone) {
        Waiting before = all.get(pod.uid());
        if (before == null) {
            enter(pod, alone, order++);
            return;
        }
        boolean changed = before.alone != alone
                || !Likeness.of(before.pod, alone).equals(Likeness.of(pod, alone))
                || (alone && before.pod.marks().poke() != pod.marks().poke());
        if (changed) {
            remove(pod.uid());
            enter(pod, alone, before.order);
        } else {
            before.pod = pod;
        }
    }

    private void enter(PodEntry pod, boolean alone, long at) {
        Waiting waiting = new Waiting(pod, alone, at);
        all.put(pod.uid(), waiting);
        fresh.add(waiting);
    }

    void remove(String uid) {
        Waiting gone = all.remove(uid);
        if (gone == null) {
            return;
        }
        fresh.remove(gone);
        if (gone.group != null) {
            leave(gone, gone.group);
        }
    }

    private void leave(Waiting gone, Group group) {
        unlist(group);
        if (group.rest == Rest.DUE && group.head() == gone) {
            group.attempts = 0;
        }
        group.members.remove(gone);
        gone.group = null;
        if (group.members.isEmpty()) {
            groups.remove(group.likeness, group);
            paused.remove(group);
            group.rest = Rest.PARKED;
        } else {
            list(group);
        }
    }

    private void unlist(Group group) {
        if (group.rest == Rest.DUE) {
            due.remove(group);
        }
    }

    private void list(Group group) {
        if (group.rest == Rest.DUE) {
            due.add(group);
        }
    }

    /// The next pod to try now, or null. It stays until [#remove] or [#failed].
    @Nullable
    PodEntry next(Instant now) {
        while (!paused.isEmpty() && !paused.peek().notBefore.isAfter(now)) {
            Group over = paused.remove();
            over.rest = Rest.DUE;
            due.add(over);
        }
        flush(now);
        Waiting a = fresh.isEmpty() ? null : fresh.first();
        Waiting b = due.isEmpty() ? null : due.first().head();
        if (a == null || b == null) {
            return a != null ? a.pod : b != null ? b.pod : null;
        }
        return ORDER.compare(a, b) < 0 ? a.pod : b.pod;
    }

    /// Nobody waits longer than five minutes on an event that was thought not to help.
    private void flush(Instant now) {
        while (!parked.isEmpty()) {
            Parked oldest = parked.peekFirst();
            boolean stale = stale(oldest);
            if (!stale && oldest.since.plus(LONGEST_UNTRIED).isAfter(now)) {
                return;
            }
            parked.removeFirst();
            if (!stale) {
                oldest.group.rest = Rest.DUE;
                due.add(oldest.group);
            }
        }
    }

    /// When the next pod becomes due, or null when none waits for time.
    @Nullable
    Instant nextDue() {
        if (!fresh.isEmpty() || !due.isEmpty()) {
            return Instant.EPOCH;
        }
        Instant pause = paused.isEmpty() ? null : paused.peek().notBefore;
        Instant flush = parked.isEmpty() ? null : parked.peekFirst().since.plus(LONGEST_UNTRIED);
        if (pause == null || flush == null) {
            return pause == null ? flush : pause;
        }
        return pause.isBefore(flush) ? pause : flush;
    }

    /// The pod fitted nowhere: it waits for an event that can help against the causes.
    void failed(String uid, Set<Cause> causes, Instant now) {
        Group group = rest(uid, now);
        if (group != null) {
            group.causes = causes;
            group.rest = Rest.PARKED;
            group.since = now;
            if (parked.size() > 64 + 4 * groups.size()) {
                parked.removeIf(each -> stale(each));
            }
            parked.addLast(new Parked(group, now));
        }
    }

    private static boolean stale(Parked entry) {
        return entry.group.rest != Rest.PARKED
                || !entry.since.equals(entry.group.since)
                || entry.group.members.isEmpty();
    }

    /// A node is being cleared for the pod: it is no longer like the others.
    void nominated(PodEntry pod) {
        Waiting waiting = all.get(pod.uid());
        if (waiting != null) {
            if (waiting.group != null) {
                leave(waiting, waiting.group);
            }
            fresh.remove(waiting);
            waiting.pod = pod;
        }
    }

    /// An error of the world: tried again by time alone.
    void retry(String uid, Instant now) {
        Group group = rest(uid, now);
        if (group != null) {
            group.causes = Set.of(Cause.EXTENDER);
            group.rest = Rest.PAUSED;
            paused.add(group);
        }
    }

    /// Puts the pod into its group, which is listed nowhere afterwards and has a longer pause.
    private @Nullable Group rest(String uid, Instant now) {
        Waiting waiting = all.get(uid);
        if (waiting == null) {
            return null;
        }
        fresh.remove(waiting);
        Group group = waiting.group;
        boolean again = group != null;
        if (group == null) {
            group = groups.computeIfAbsent(Likeness.of(waiting.pod, waiting.alone), Group::new);
            unlist(group);
            group.members.add(waiting);
            waiting.group = group;
        } else {
            unlist(group);
        }
        paused.remove(group);
        if (!again && group.attempts > 0) {
            // A newcomer to a group that waits already has learnt nothing that lengthens the pause.
            return group;
        }
        group.attempts++;
        Duration pause = firstPause.multipliedBy(1L << Math.min(group.attempts - 1, 20));
        group.notBefore = now.plus(pause.compareTo(longestPause) > 0 ? longestPause : pause);
        return group;
    }

    /// Something happened: groups that it can help are woken.
    void happened(ClusterEvent event, PodTerm.NamespaceLabels namespaces, Instant now) {
        List<Group> helped = new ArrayList<>();
        for (Group group : groups.values()) {
            if (group.rest == Rest.PARKED && Hints.helps(group.head().pod, group.causes, event, namespaces)) {
                helped.add(group);
            }
        }
        helped.sort(Comparator.comparing(Group::head, ORDER));
        int atOnce = TRIED_AT_ONCE;
        for (Group group : helped) {
            boolean early = !group.causes.contains(Cause.EXTENDER) && atOnce-- > 0;
            if (early || !group.notBefore.isAfter(now)) {
                group.rest = Rest.DUE;
                due.add(group);
            } else {
                group.rest = Rest.PAUSED;
                paused.add(group);
            }
        }
    }

    /// Whether an extender decides about the pod.
    boolean alone(String uid) {
        Waiting waiting = all.get(uid);
        return waiting != null && waiting.alone;
    }

    int size() {
        return all.size();
    }
}
