package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.DaemonFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import java.util.Map;
import java.util.SplittableRandom;

/// A DaemonSet in every tenth seed: one pod on each node, some time after the node is there. It always finds room.
final class DaemonPods {
    private static final String UID = "daemon-uid";

    private final Simulation of;
    /// Of its own, so that the stories of other seeds stay as they are.
    private final SplittableRandom random;
    private final boolean there;

    DaemonPods(Simulation of, long seed) {
        this.of = of;
        this.random = new SplittableRandom(seed ^ 0x6461656D6F6E73L);
        this.there = Math.floorMod(seed, 10) == 3;
    }

    void tell(java.util.function.Consumer<Event> to) {
        if (there) {
            to.accept(new Event.DaemonSeen(new DaemonFact(
                    UID, "n", "daemon", new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "6"), null, null, null))));
        }
    }

    void begin() {
        if (there) {
            of.world.nodes.keySet().forEach(node -> of.time.in(random.nextInt(60_000), () -> control(node)));
        }
    }

    private void control(String node) {
        NodeFact fact = of.world.nodes.get(node);
        boolean has = of.world.pods.values().stream().anyMatch(p -> p.controller.equals(UID) && p.node.equals(node));
        if (!has && fact != null && fact.usable()) {
            long taken = of.world
                    .taken(of.scheduler.assumed)
                    .getOrDefault(node, Map.of())
                    .getOrDefault("cpu", 0L);
            if (taken + 6_000 <= fact.amount("cpu")) {
                var pod = new World.Pod("daemon-" + of.time.id(), "", "", UID, false, Map.of("cpu", 6_000L));
                pod.node = node;
                pod.stage = PodFact.Stage.RUNNING;
                of.world.pods.put(pod.uid, pod);
                of.world.changed(pod);
            } else if (!of.strangers && !of.lonely.late) {
                throw new AssertionError("D: of " + node + " " + taken + " CPU are taken, its DaemonSet needs 6000");
            }
        }
        of.time.in(2_000 + random.nextInt(2_000), () -> control(node));
    }
}
