package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Why;
import java.util.HashMap;
import java.util.Map;

/// Work that is moved: only what was opened to it, not again within a while, and it starts again as soon as it is
/// there.
final class Movers {
    /// So long after its members exist it may be without its place.
    private static final long BACK = 15_000;

    private final World world;
    private final Map<String, Long> movedAt = new HashMap<>();
    /// When the pod was told to move that each controller made last.
    private final Map<String, Long> successors = new HashMap<>();
    private final Map<String, Integer> attempts = new HashMap<>();
    private final Map<String, Long> readySince = new HashMap<>();
    int gangs;
    int pods;

    Movers(World world) {
        this.world = world;
    }

    /// Places of gangs stand in their objects: it keeps them, and has all its time to give them.
    void newLeader() {
        readySince.clear();
    }

    void written(Decision.WriteStatus write, long now) {
        World.GangObject gang = world.gangs.get(write.name());
        Gang.Status status = write.status();
        if (gang == null
                || status.phase() != Gang.Phase.Releasing
                || !Why.Moved.name().equals(status.reason())
                || status.attempt() == attempts.getOrDefault(gang.name, -1)) {
            return;
        }
        attempts.put(gang.name, status.attempt());
        gangs++;
        if (!Boolean.TRUE.equals(gang.spec.movable())) {
            throw new AssertionError("M: " + gang.name + " is moved, and its owner did not allow it");
        }
        Long before = movedAt.put(gang.name, now);
        again(gang.name, before == null ? -1 : before, now);
    }

    void evicted(World.Pod pod, String why, long now) {
        if (!pod.single || !why.startsWith("moves to make room")) {
            return;
        }
        if (!pod.movable) {
            throw new AssertionError("M: " + pod.fact() + " is moved, and its owner did not allow it");
        }
        if (!pod.told) {
            pod.told = true;
            pods++;
            again(pod.uid, pod.movedAt, now);
            successors.put(pod.controller, now);
        }
    }

    /// Made anew, for whatever reason the one before it is gone.
    void made(World.Pod pod) {
        Long moved = successors.remove(pod.controller);
        pod.movedAt = moved == null ? -1 : moved;
    }

    private static void again(String name, long before, long now) {
        if (before >= 0 && now - before < 600_000) {
            throw new AssertionError("M: " + name + " is moved at " + now + ", and was at " + before);
        }
    }

    /// Once a second.
    ///
    /// @param sure no node failed, and nobody came of whom the leader knows nothing
    void look(long now, boolean sure) {
        for (var moved : attempts.entrySet()) {
            World.GangObject gang = world.gangs.get(moved.getKey());
            Gang.Status status = gang == null ? null : gang.status;
            boolean waits = sure
                    && gang != null
                    && status != null
                    && status.phase() == Gang.Phase.Waiting
                    && status.attempt() == moved.getValue() + 1
                    && now - movedAt.getOrDefault(moved.getKey(), 0L) < Consolidation.PLACE
                    && !gang.done
                    && isThere(gang);
            if (!waits) {
                readySince.remove(moved.getKey());
            } else if (now - readySince.computeIfAbsent(moved.getKey(), _ -> now) > BACK) {
                throw new AssertionError("M: " + moved.getKey() + " was moved and does not get its place: " + status);
            }
        }
    }

    private boolean isThere(World.GangObject gang) {
        return !gang.spec.gated()
                || gang.spec.classes().stream()
                        .allMatch(of -> world.pods.values().stream()
                                        .filter(pod -> pod.gang.equals(gang.name)
                                                && pod.className.equals(of.name())
                                                && pod.gated
                                                && !pod.terminating
                                                && pod.stage == PodFact.Stage.PENDING)
                                        .count()
                                >= of.min());
    }
}
