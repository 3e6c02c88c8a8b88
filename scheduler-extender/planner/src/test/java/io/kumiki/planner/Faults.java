package io.kumiki.planner;

import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import java.util.List;
import java.util.Map;

/// What goes wrong, until it is calm.
final class Faults {
    private final Simulation of;
    private final Timeline time;
    private final World world;

    Faults(Simulation of) {
        this.of = of;
        this.time = of.time;
        this.world = of.world;
    }

    void begin() {
        time.in(300 + time.upTo(1500), () -> {
            if (time.now >= time.calm) {
                heal();
                return;
            }
            if (of.crashes && time.chance(12)) {
                crash(of.target());
            }
            if (of.crashes && time.chance(20)) {
                pause(of.target());
            }
            if (of.crashes && time.chance(25)) {
                of.scheduler.restarts();
            }
            if (of.nodesFail && time.chance(9)) {
                nodeFails();
            }
            if (of.podsFail && time.chance(8)) {
                podFails();
            }
            if (of.strangers && time.chance(5)) {
                stranger();
            }
            begin();
        });
    }

    private void heal() {
        for (int i = 0; i < world.nodes.size(); i++) {
            world.put(of.node(i, true));
        }
        world.pods.values().stream()
                .filter(p -> p.gang.isEmpty() && !p.single)
                .toList()
                .forEach(world::remove);
        if (of.replicas.stream().noneMatch(r -> r.leads)) {
            time.in(100, () -> of.elect(0));
        }
    }

    void crash(int r) {
        Simulation.Replica replica = of.replicas.get(r);
        if (!replica.alive) {
            return;
        }
        replica.life++;
        replica.alive = false;
        replica.leads = false;
        of.scheduler.resets(r);
        time.in(1000 + time.upTo(3000), () -> of.revive(r));
        int other = 1 - r;
        time.in(3000 + time.upTo(5000), () -> of.elect(of.replicas.get(other).alive ? other : r));
    }

    /// The leader sleeps longer than its lease and writes late.
    private void pause(int r) {
        Simulation.Replica replica = of.replicas.get(r);
        replica.pausedUntil = time.now + 7_000 + time.upTo(5_000);
        time.in(6_500, () -> of.elect(1 - r));
        time.at(replica.pausedUntil, () -> replica.witness.woke(time.now));
        time.at(replica.pausedUntil + 500, () -> {
            if (!replica.leads) {
                of.deliver(r, replica.life, new Event.Deposed());
            }
        });
    }

    private void nodeFails() {
        int i = time.upTo(world.nodes.size());
        world.put(of.node(i, false));
        for (World.Pod pod : List.copyOf(world.pods.values())) {
            if (pod.node.equals("node" + i) && time.random.nextBoolean()) {
                of.jobs.leave(pod);
            }
        }
        // Some never come back before it is calm.
        time.in(5_000 + time.upTo(60_000), () -> world.put(of.node(i, true)));
    }

    private void podFails() {
        List<World.Pod> some = world.pods.values().stream()
                .filter(p -> (p.single || !p.gang.isEmpty()) && p.live())
                .toList();
        if (!some.isEmpty()) {
            World.Pod pod = some.get(time.upTo(some.size()));
            if (!pod.node.isEmpty() && time.random.nextBoolean()) {
                pod.stage = PodFact.Stage.FAILED;
                world.changed(pod);
            } else {
                of.jobs.leave(pod);
            }
        }
    }

    /// An ordinary pod takes what it finds.
    private void stranger() {
        var pod = new World.Pod("stranger-" + time.id(), "", "", "", false, Map.of("cpu", 1000L * (1 + time.upTo(8))));
        pod.yields = of.yielding && pod.uid.hashCode() % 2 == 0 ? Integer.valueOf(time.upTo(2)) : null;
        // A node's own static pod asks no scheduler.
        Map<String, String> assumed = time.random.nextBoolean() ? of.scheduler.assumed : Map.of();
        String node = "node" + time.upTo(world.nodes.size());
        NodeFact there = world.nodes.get(node);
        long taken = world.taken(assumed).getOrDefault(node, Map.of()).getOrDefault("cpu", 0L);
        if (there != null && there.usable() && taken + pod.requests.getOrDefault("cpu", 0L) <= there.amount("cpu")) {
            pod.node = node;
            pod.stage = PodFact.Stage.RUNNING;
            world.pods.put(pod.uid, pod);
            world.changed(pod);
            time.in(5_000 + time.upTo(60_000), () -> {
                if (world.pods.containsKey(pod.uid)) {
                    world.remove(pod);
                }
            });
        }
    }
}
