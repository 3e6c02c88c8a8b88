package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Admission of members that may be pinned as they are made: the extender is asked, and a pod comes some time after
/// its answer, or never.
final class Entrance {
    private record Entering(World.GangObject gang, Gang.Members of) {}

    private final Simulation of;
    private final Timeline time;
    private final Map<Long, Entering> asked = new HashMap<>();
    private final Map<Long, Entering> coming = new HashMap<>();

    Entrance(Simulation of, Timeline time) {
        this.of = of;
        this.time = time;
    }

    int coming(String gang, String className) {
        return count(asked, gang, className) + count(coming, gang, className);
    }

    private static int count(Map<Long, Entering> of, String gang, String className) {
        return (int) of.values().stream()
                .filter(e -> e.gang().name.equals(gang) && e.of().name().equals(className))
                .count();
    }

    void ask(World.GangObject gang, Gang.Members members) {
        long id = time.id();
        int r = of.target();
        asked.put(id, new Entering(gang, members));
        var event =
                new Event.SeatAsked(id, "c" + id, gang.namespace + "/" + gang.name, members.name(), "job-" + gang.name);
        time.in(1, () -> of.deliver(r, of.replicas.get(r).life, event));
        // Nobody answers in time: the pod is gated.
        time.in(500, () -> answered(id, null));
    }

    void answered(int r, long id, Decision.@Nullable Seat seat) {
        answered(id, of.replicas.get(r).leads ? seat : null);
    }

    private void answered(long id, Decision.@Nullable Seat seat) {
        Entering entering = asked.remove(id);
        if (entering == null || (of.lossy && time.chance(10))) {
            // Too late, or refused by somebody after us.
            return;
        }
        coming.put(id, entering);
        boolean late = of.lossy && time.chance(8);
        if (late) {
            // Its controller was restarted meanwhile, and makes another one.
            time.in(1_000 + time.upTo(3_000), () -> coming.remove(id));
        }
        time.in(late ? 2_000 + time.upTo(18_000) : time.upTo(of.lossy ? 400 : 30), () -> {
            coming.remove(id);
            of.jobs.enter(entering.gang(), entering.of(), seat);
        });
    }
}
