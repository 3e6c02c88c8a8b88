package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// Pods without a gang: whoever wants one makes it anew until it has run.
final class Lonely {
    private record Entering(String name, String resource, int amount, int priority, String claim, long epoch) {}

    final Map<String, Boolean> runs = new TreeMap<>();
    private final Simulation of;
    private final Timeline time;
    private final World world;
    private final Map<Long, Entering> entering = new HashMap<>();
    /// Every second of them wants a port of its node.
    private final boolean ported;
    /// A pod came pinned that the present leader promised nothing: the scheduler may still bind it.
    boolean late;

    Lonely(Simulation of, boolean ported) {
        this.of = of;
        this.ported = ported;
        this.time = of.time;
        this.world = of.world;
    }

    void begin() {
        int singles = (of.movable ? 8 : 0) + time.upTo(12);
        for (int i = 0; i < singles; i++) {
            String name = "s" + i;
            runs.put(name, false);
            time.in(time.upTo((int) time.calm * 2 / 3), () -> {
                int gpus = 1 + time.upTo(3);
                int priority = time.upTo(3);
                control(name, Simulation.GPU, gpus, of.movable ? priority / 2 : priority);
            });
        }
        int parts = of.sharing ? 4 + time.upTo(8) : 0;
        for (int i = 0; i < parts; i++) {
            String name = "part" + i;
            runs.put(name, false);
            int milli = 200 + 100 * time.upTo(9);
            int priority = time.upTo(3);
            time.in(time.upTo((int) time.calm * 2 / 3), () -> control(name, Shape.MILLI, milli, priority));
        }
    }

    boolean over() {
        return !runs.containsValue(false);
    }

    void control(String name, String resource, int amount, int priority) {
        if (runs.getOrDefault(name, true)) {
            return;
        }
        boolean there = world.pods.values().stream()
                .anyMatch(p -> p.single && p.gang.isEmpty() && p.controller.equals(name) && !p.stage.ended());
        boolean coming = entering.values().stream().anyMatch(e -> e.name().equals(name));
        int r = of.target();
        if (isLed(name)) {
            if (!there) {
                make(new Entering(name, resource, amount, priority, "c" + time.id(), of.epoch), "", "", false);
            }
        } else if (!there && !coming && of.replicas.get(r).alive) {
            long id = time.id();
            entering.put(id, new Entering(name, resource, amount, priority, "c" + id, of.epoch));
            var shape = new Gang.Members(
                    "pod", 1, 1, 0, Map.of("cpu", "1", resource, Integer.toString(amount)), null, null, null);
            time.in(1, () -> of.deliver(r, of.replicas.get(r).life, ask(id, name, shape, priority)));
            // The webhook does not answer: the pod is refused.
            time.in(2_000, () -> entering.remove(id));
        }
        time.in(700 + time.upTo(600), () -> control(name, resource, amount, priority));
    }

    private boolean isLed(String name) {
        return ported && name.startsWith("s") && name.hashCode() % 2 == 0;
    }

    private Event ask(long id, String controller, Gang.Members shape, int priority) {
        return new Event.EntryAsked(
                id, "c" + id, of.world.namespace(controller), controller, shape, priority, null, false);
    }

    void entered(int r, long id, Decision.Entry entry) {
        Entering coming = entering.get(id);
        if (coming == null) {
            return;
        }
        if (of.lossy && time.chance(10)) {
            // Somebody after us refuses it.
            entering.remove(id);
            return;
        }
        boolean pinned = entry instanceof Decision.Entry.Pinned && of.replicas.get(r).leads;
        String pin = pinned ? ((Decision.Entry.Pinned) entry).node() : "";
        String devices = pinned ? ((Decision.Entry.Pinned) entry).devices() : "";
        long delay = of.lossy && time.chance(15) ? 18_000 : time.upTo(of.lossy ? 400 : 30);
        // The pod will come: nobody else makes it meanwhile.
        entering.put(-id - 1, coming);
        entering.remove(id);
        time.in(delay, () -> {
            entering.remove(-id - 1);
            boolean forgotten = pinned && (of.epoch != coming.epoch() || delay > 10_000);
            late |= forgotten;
            make(coming, pin, devices, forgotten);
        });
    }

    private void make(Entering coming, String pin, String devices, boolean forgotten) {
        var pod = new World.Pod(
                coming.name() + "-" + time.id(),
                "",
                "",
                coming.name(),
                isLed(coming.name()),
                Map.of("cpu", 1000L, coming.resource(), (long) coming.amount()));
        pod.namespace = of.world.namespace(coming.name());
        pod.single = true;
        pod.forgotten = forgotten;
        pod.priority = coming.priority();
        pod.created = time.now / 1000;
        pod.remade = coming.amount() != 2;
        pod.movable = !pod.steered && of.movable && (coming.name().hashCode() & 3) != 0;
        of.movers.made(pod);
        pod.gated = pin.isEmpty() && !pod.steered;
        if (!pin.isEmpty()) {
            pod.pin = pin;
            pod.devices = devices;
            pod.claim = coming.claim();
        }
        world.pods.put(pod.uid, pod);
        world.changed(pod);
        time.in(20, () -> of.scheduler.schedule(pod.uid));
    }

    /// By the scheduler itself: nobody is asked.
    void bind(World.Pod pod, String node) {
        State leader = of.replicas.get(of.target()).planner.state();
        if (!late && leader.leading && of.replicas.get(of.target()).alive && !of.strangers && !of.leadersDie) {
            Holds.Hold own = leader.holds.get(pod.uid);
            Holds.Hold hold = own == null ? leader.holds.get("claim " + pod.claim) : own;
            if (hold == null || !hold.node().equals(node)) {
                throw new AssertionError("I5: " + pod.fact() + " goes to " + node + ", promised was " + hold);
            }
        }
        of.scheduler.assumed.put(pod.uid, node);
        time.in(5, () -> {
            of.scheduler.assumed.remove(pod.uid);
            if (world.pods.get(pod.uid) == pod && pod.live() && pod.node.isEmpty()) {
                bound(pod, node);
            }
        });
    }

    void bound(World.Pod pod, String node) {
        pod.node = node;
        pod.vetoed = false;
        pod.stage = PodFact.Stage.RUNNING;
        world.changed(pod);
        time.in((of.movable ? 5 : 1) * (5_000 + time.upTo(25_000)), () -> {
            if (world.pods.get(pod.uid) == pod && pod.live()) {
                pod.stage = PodFact.Stage.SUCCEEDED;
                runs.put(pod.controller, true);
                world.changed(pod);
            }
        });
    }
}
