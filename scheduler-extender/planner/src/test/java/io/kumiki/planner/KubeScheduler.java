package io.kumiki.planner;

import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The stock scheduler: what fits, one filter call, one bind call that waits; it tries again by itself.
final class KubeScheduler {
    /// Who is called: the leader, or where connections lead when it has changed.
    interface Extenders {
        int target();

        boolean alive(int replica);

        int life(int replica);

        void deliver(int replica, int life, Event event);

        /// Nobody is asked about a pod without a gang.
        void bindSingle(World.Pod pod, String node);
    }

    record Call(long id, String uid, String node, int replica, int life) {}

    private final Timeline time;
    private final World world;
    private final Extenders extenders;
    private final boolean lossy;
    /// It looks at something of steered pods that nobody else knows of, until it is calm.
    private final boolean secrets;
    final Map<Long, Call> calls = new HashMap<>();
    final Map<String, String> assumed = new HashMap<>();

    KubeScheduler(Timeline time, World world, Extenders extenders, boolean lossy, boolean secrets) {
        this.secrets = secrets;
        this.time = time;
        this.world = world;
        this.extenders = extenders;
        this.lossy = lossy;
    }

    void schedule(String uid) {
        World.Pod pod = world.pods.get(uid);
        if (pod == null || pod.gated || !pod.live() || !pod.node.isEmpty() || assumed.containsKey(uid)) {
            return;
        }
        Map<String, Map<String, Long>> taken = world.taken(assumed);
        List<String> fit = new ArrayList<>();
        for (NodeFact node : world.nodes.values()) {
            if (node.usable()
                    && (pod.pin == null || pod.pin.equals(node.name()))
                    && !(secrets && pod.steered && forbidden(pod, node))
                    && !(pod.single && pod.steered && isPortTaken(node.name()))
                    && fits(pod, node, taken.getOrDefault(node.name(), Map.of()))) {
                fit.add(node.name());
            }
        }
        if (fit.isEmpty()) {
            veto(pod);
        } else if (pod.single && !pod.steered && !Shape.fraction(pod.requests)) {
            extenders.bindSingle(pod, fit.getFirst());
        } else if (pod.steered) {
            long id = time.id();
            int r = extenders.target();
            int life = extenders.life(r);
            assumed.put(uid, "");
            calls.put(id, new Call(id, uid, "", r, life));
            time.in(1, () -> extenders.deliver(r, life, new Event.FilterAsked(id, uid, fit, "")));
            time.in(3_000, () -> filterAnswered(new Decision.AnswerFilter(id, "", "no answer")));
        } else {
            askBind(pod, fit.getFirst());
        }
    }

    /// One gang may go nowhere, others not to every third node.
    private boolean forbidden(World.Pod pod, NodeFact node) {
        int gang = (pod.gang.isEmpty() ? pod.controller : pod.gang).hashCode();
        return time.now < time.calm && (gang % 2 == 0 || (gang + node.name().hashCode()) % 3 == 0);
    }

    /// All led pods without a gang want the same port of their node.
    private boolean isPortTaken(String node) {
        return world.pods.values().stream()
                .anyMatch(other -> other.single
                        && other.steered
                        && (node.equals(assumed.get(other.uid)) || (other.takes() && other.node.equals(node))));
    }

    private static boolean fits(World.Pod pod, NodeFact node, Map<String, Long> taken) {
        for (var amount : node.allocatable().entrySet()) {
            long more = amount.getKey().equals("pods") ? 1 : pod.requests.getOrDefault(amount.getKey(), 0L);
            if (taken.getOrDefault(amount.getKey(), 0L) + more > amount.getValue()) {
                return false;
            }
        }
        return true;
    }

    private void veto(World.Pod pod) {
        if (!pod.vetoed) {
            pod.vetoed = true;
            world.changed(pod);
        }
        time.in(4_000, () -> schedule(pod.uid));
    }

    void filterAnswered(Decision.AnswerFilter answer) {
        Call call = calls.remove(answer.call());
        World.Pod pod = call == null ? null : world.pods.get(call.uid());
        if (call == null) {
            return;
        }
        assumed.remove(call.uid());
        if (pod == null) {
            return;
        }
        if (answer.node().isEmpty()) {
            veto(pod);
        } else {
            askBind(pod, answer.node());
        }
    }

    private void askBind(World.Pod pod, String node) {
        long id = time.id();
        int r = extenders.target();
        int life = extenders.life(r);
        assumed.put(pod.uid, node);
        if (!extenders.alive(r)) {
            time.in(500, () -> {
                assumed.remove(pod.uid);
                time.in(1000, () -> schedule(pod.uid));
            });
            return;
        }
        calls.put(id, new Call(id, pod.uid, node, r, life));
        time.in(1, () -> extenders.deliver(r, life, new Event.BindAsked(id, pod.uid, node)));
        time.in(600_000, () -> bindAnswered(id, "time is up"));
    }

    void bindAnswered(long id, String error) {
        Call call = calls.remove(id);
        if (call == null) {
            return;
        }
        assumed.remove(call.uid());
        World.Pod pod = world.pods.get(call.uid());
        if (error.isEmpty() && pod != null && pod.node.isEmpty()) {
            throw new AssertionError("the scheduler was told that " + call.uid() + " is bound, and it is not");
        }
        if (!error.isEmpty()) {
            time.in(1000 + time.upTo(2000), () -> schedule(call.uid()));
        }
    }

    /// The extender learns late that nobody waits any more.
    void restarts() {
        for (Call call : List.copyOf(calls.values())) {
            calls.remove(call.id());
            time.in(
                    lossy ? 1 + time.upTo(3000) : 1,
                    () -> extenders.deliver(call.replica(), call.life(), new Event.BindLeft(call.id())));
        }
        assumed.clear();
        world.pods.values().forEach(pod -> time.in(500 + time.upTo(500), () -> schedule(pod.uid)));
    }

    void resets(int replica) {
        for (Call call : List.copyOf(calls.values())) {
            if (call.replica() == replica) {
                time.in(5, () -> bindAnswered(call.id(), "connection reset"));
            }
        }
    }

    /// Calls that wait elsewhere are of no use any more.
    void leaderIs(int replica) {
        for (Call call : List.copyOf(calls.values())) {
            if (call.replica() != replica) {
                time.in(500, () -> {
                    if (calls.containsKey(call.id())) {
                        extenders.deliver(call.replica(), call.life(), new Event.BindLeft(call.id()));
                        bindAnswered(call.id(), "no longer the leader");
                    }
                });
            }
        }
    }
}
