package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.BudgetFact;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Why;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The Kubernetes API of the simulation: objects, revisions, preconditions, the fencing rule.
final class World {
    static final class Pod {
        final String uid;
        final String name;
        final String gang;
        final String className;
        final String controller;
        final boolean steered;
        final Map<String, Long> requests;
        String namespace = "n";
        int index = -1;
        String reservation = "";
        String node = "";
        /// Of its node, where it has a part of some.
        String devices = "";

        @Nullable
        String pin;

        PodFact.Stage stage = PodFact.Stage.PENDING;
        boolean terminating;
        boolean gated;
        boolean vetoed;
        long version;
        /// A pod without a gang that asks for devices.
        boolean single;
        /// A single pod that was made when its promise was over: to the leader of then a stranger.
        boolean forgotten;
        String claim = "";
        String said = "";
        int priority;
        long created;
        boolean remade;
        /// A single pod that its owner lets be moved; and it was told to.
        boolean movable;
        boolean told;
        /// When the one before it was moved; negative where it was not.
        long movedAt = -1;
        /// Of an ordinary pod that may be evicted.
        @Nullable
        Integer yields;

        Pod(String uid, String gang, String className, String controller, boolean steered, Map<String, Long> requests) {
            this.uid = uid;
            this.name = uid;
            this.gang = gang;
            this.className = className;
            this.controller = controller;
            this.steered = steered;
            this.requests = requests;
        }

        boolean live() {
            return !stage.ended() && !terminating;
        }

        boolean takes() {
            return !node.isEmpty() && !stage.ended();
        }

        PodFact fact() {
            return new PodFact(
                    uid,
                    namespace,
                    name,
                    Long.toString(version),
                    node,
                    stage,
                    terminating,
                    gated,
                    vetoed,
                    controller,
                    requests,
                    gang.isEmpty()
                            ? null
                            : new PodFact.Member(gang, className, index, reservation, steered, Map.of("gang", gang)),
                    devices,
                    yields);
        }
    }

    private static Gang.Members shape(Pod pod) {
        Map<String, String> requests = new java.util.TreeMap<>();
        pod.requests.forEach((resource, amount) ->
                requests.put(resource, resource.equals("cpu") ? amount + "m" : amount.toString()));
        return new Gang.Members("pod", 1, 1, 0, requests, null, null, null);
    }

    static SingleFact single(Pod pod) {
        return new SingleFact(
                pod.fact(),
                shape(pod),
                pod.priority,
                pod.created,
                null,
                pod.claim,
                pod.pin == null ? "" : pod.pin,
                false,
                pod.remade,
                pod.said,
                null,
                pod.steered);
    }

    static Event seen(Pod pod) {
        return pod.single && pod.node.isEmpty() && !pod.stage.ended()
                ? new Event.SingleSeen(single(pod))
                : new Event.PodSeen(pod.fact());
    }

    static final class GangObject {
        final String name;
        Gang.Spec spec;
        Gang.@Nullable Status status;
        long version;
        long created;
        boolean done;
        long wholeSince = -1;
        String namespace = "n";

        GangObject(String name, Gang.Spec spec, long created) {
            this.name = name;
            this.spec = spec;
            this.created = created;
        }

        GangFact fact() {
            return new GangFact(
                    namespace, name, "uid-" + name, Long.toString(version), created, "job-" + name, spec, status);
        }
    }

    final TreeMap<String, NodeFact> nodes = new TreeMap<>();
    final TreeMap<String, Pod> pods = new TreeMap<>();
    final TreeMap<String, GangObject> gangs = new TreeMap<>();
    long revision;
    int fenced;
    private final Consumer<Event> watchers;
    /// Every second gang and every second owner of single pods is another tenant's.
    boolean tenants;

    /// @param name of a gang, or of who makes single pods: letters and a number
    String namespace(String name) {
        return tenants && (name.charAt(name.length() - 1) & 1) == 1 ? "m" : "n";
    }

    World(Consumer<Event> watchers) {
        this.watchers = watchers;
    }

    void changed(Pod pod) {
        pod.version = ++revision;
        watchers.accept(seen(pod));
        if (runs(pod)) {
            watchers.accept(run(pod));
        }
        budget(pod.gang);
    }

    static boolean runs(Pod pod) {
        return pod.single && pod.takes();
    }

    static Event run(Pod pod) {
        return new Event.SingleRuns(new RunFact(
                pod.uid,
                pod.priority,
                pod.created,
                pod.created,
                null,
                null,
                pod.movable ? Long.valueOf(0) : null,
                pod.movable ? new RunFact.Movable(pod.controller, shape(pod), Map.of()) : null));
    }

    void changed(GangObject gang) {
        gang.version = ++revision;
        watchers.accept(new Event.GangSeen(gang.fact()));
    }

    void put(NodeFact node) {
        nodes.put(node.name(), node);
        watchers.accept(new Event.NodeSeen(node));
    }

    /// Of these gangs no member may be evicted while others need it; the least that must stay.
    final TreeMap<String, Integer> budgets = new TreeMap<>();

    int allowed(String gang) {
        long healthy = pods.values().stream()
                .filter(p -> p.gang.equals(gang) && p.stage == PodFact.Stage.RUNNING && !p.terminating)
                .count();
        return (int) Math.max(0, healthy - budgets.getOrDefault(gang, 0));
    }

    Event budgetSeen(String gang) {
        return new Event.BudgetSeen(new BudgetFact(
                namespace(gang), gang, List.of(new Gang.Requirement("gang", "In", List.of(gang))), allowed(gang)));
    }

    private void budget(String gang) {
        if (budgets.containsKey(gang)) {
            watchers.accept(budgetSeen(gang));
        }
    }

    /// Whether the pod may leave, as the Eviction API judges.
    boolean mayLeave(Pod pod, String why) {
        Integer yields = pod.yields;
        GangObject comes = gangs.get(why.substring(why.lastIndexOf('/') + 1));
        if (pod.gang.isEmpty()
                && !pod.single
                && (yields == null || (comes != null && comes.spec.priority() <= yields))) {
            throw new AssertionError("Y: " + pod.fact() + " need not leave: " + why);
        }
        boolean may = pod.stage != PodFact.Stage.RUNNING
                || pod.terminating
                || !budgets.containsKey(pod.gang)
                || allowed(pod.gang) > 0;
        GangObject gang = gangs.get(pod.gang);
        if (!may && gang != null && gang.status != null && makesWay(gang.status)) {
            throw new AssertionError("B: " + pod.fact() + " is to make way, and its budget does not let it");
        }
        return may;
    }

    static boolean makesWay(Gang.Status status) {
        return Why.Preempted.name().equals(status.reason()) || Why.Moved.name().equals(status.reason());
    }

    final TreeMap<String, CapacityFact> capacity = new TreeMap<>();

    void ask(Decision.AskCapacity ask) {
        if ((ask.gang().isEmpty() || gangs.containsKey(ask.gang())) && !capacity.containsKey(ask.name())) {
            // Some are never answered.
            boolean answered = (ask.name().hashCode() & 1) == 0;
            var fact = new CapacityFact(
                    ask.namespace(),
                    ask.name(),
                    ask.gang(),
                    ask.attempt(),
                    answered ? CapacityFact.Stage.FAILED : CapacityFact.Stage.ASKED,
                    answered ? "no more nodes" : "");
            capacity.put(ask.name(), fact);
            watchers.accept(new Event.CapacitySeen(fact));
        }
    }

    void remove(Pod pod) {
        pods.remove(pod.uid);
        watchers.accept(new Event.PodGone(pod.uid));
        budget(pod.gang);
    }

    void delete(Pod pod) {
        if (pod.node.isEmpty()) {
            remove(pod);
        } else if (!pod.terminating) {
            pod.terminating = true;
            changed(pod);
        }
    }

    /// The new revision, or empty where the write is refused.
    String writeStatus(Decision.WriteStatus write) {
        GangObject gang = gangs.get(write.name());
        if (gang == null) {
            return "";
        }
        Gang.Status old = gang.status;
        if (old != null && write.status().epoch() < old.epoch()) {
            fenced++;
            return "";
        }
        if (!Long.toString(gang.version).equals(write.version())) {
            return "";
        }
        gang.status = write.status();
        changed(gang);
        return Long.toString(gang.version);
    }

    @Nullable
    Pod at(PodFact fact) {
        Pod pod = pods.get(fact.uid());
        return pod != null && Long.toString(pod.version).equals(fact.version()) ? pod : null;
    }

    /// What is taken of each node, by pods and by what the scheduler assumes.
    Map<String, Map<String, Long>> taken(Map<String, String> alsoAssumed) {
        Map<String, Map<String, Long>> taken = new HashMap<>();
        for (Pod pod : pods.values()) {
            String node = pod.takes() ? pod.node : alsoAssumed.get(pod.uid);
            if (node != null && !node.isEmpty()) {
                Map<String, Long> of = taken.computeIfAbsent(node, _ -> new HashMap<>());
                pod.requests.forEach((resource, amount) -> of.merge(resource, amount, Long::sum));
                of.merge("pods", 1L, Long::sum);
            }
        }
        return taken;
    }
}
