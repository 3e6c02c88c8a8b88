package io.kumiki.planner;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the objects say, for those who only read: fed with the same events as the planner, decides nothing. A Gang's
/// status is taken as it stands, so the state is the same whether it comes from watches or from a log.
/// Owned by one thread; what it gives away is never changed again.
public final class Mirror {
    private final Planner planner;
    private long version;

    public Mirror(PlannerOptions options) {
        planner = new Planner(options);
    }

    /// Events that are no news of objects are passed over.
    public void on(Event event, Instant wall) {
        switch (event) {
            case Event.GangSeen(GangFact gang) -> {
                planner.state().plans.remove(gang.key());
                take(event, wall);
            }
            case Event.NodeSeen ignored -> take(event, wall);
            case Event.NodeGone ignored -> take(event, wall);
            case Event.PodSeen ignored -> take(event, wall);
            case Event.PodGone ignored -> take(event, wall);
            case Event.GangGone ignored -> take(event, wall);
            case Event.Levels ignored -> take(event, wall);
            case Event.Tenants ignored -> take(event, wall);
            case Event.NamespaceLimit ignored -> take(event, wall);
            default -> {
                // calls and answers: what comes of them is seen in the objects
            }
        }
    }

    private void take(Event event, Instant wall) {
        planner.on(event, wall.toEpochMilli(), wall);
        version++;
    }

    /// How things stand.
    public Scene scene(Instant now) {
        State copy = copy(planner.state());
        copy.now = now.toEpochMilli();
        copy.second = now.getEpochSecond();
        return new Scene(copy, version);
    }

    State state() {
        return planner.state();
    }

    /// Facts are shared, they never change; plans are replaced here, never changed.
    static State copy(State from) {
        var to = new State(from.options);
        to.nodes.putAll(from.nodes);
        to.pods.putAll(from.pods);
        to.plans.putAll(from.plans);
        deep(from.members, to.members);
        deep(from.onNode, to.onNode);
        from.usedInNamespace.forEach((namespace, used) -> to.usedInNamespace.put(namespace, new TreeMap<>(used)));
        deep(from.limits, to.limits);
        to.levels = List.copyOf(from.levels);
        to.quotas = from.quotas;
        to.quotaResources = from.quotaResources;
        to.tenantOf = from.tenantOf;
        to.exclusions.putAll(from.exclusions);
        to.promises.putAll(from.promises);
        return to;
    }

    private static <V> void deep(
            SortedMap<String, SortedMap<String, V>> from, SortedMap<String, SortedMap<String, V>> to) {
        from.forEach((key, inner) -> to.put(key, new TreeMap<>(inner)));
    }
}
