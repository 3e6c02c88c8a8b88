package io.kumiki.planner;

import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.quota.QuotaNode;
import java.util.List;
import java.util.Map;

/// What the planner is told.
public sealed interface Event {
    record NodeSeen(NodeFact node) implements Event {}

    record NodeGone(String name) implements Event {}

    record PodSeen(PodFact pod) implements Event {}

    record PodGone(String uid) implements Event {}

    record GangSeen(GangFact gang) implements Event {}

    /// Where a gang comes from; no decision depends on it.
    record GangOrigin(String namespace, String name, Origin origin) implements Event {}

    record GangGone(String namespace, String name) implements Event {}

    /// The levels of the tree of places, widest first.
    record Levels(List<PlaceLevels.Level> levels) implements Event {}

    /// All tenants, and which namespace belongs to which.
    record Tenants(List<QuotaNode> nodes, Map<String, String> ofNamespace) implements Event {}

    /// A namespace's ResourceQuota; without limits it is gone.
    ///
    /// @param hard CPU in milli, everything else in units
    record NamespaceLimit(String namespace, String name, Map<String, Long> hard, Map<String, Long> used)
            implements Event {}

    /// We lead from now on; whatever was listed before has been told.
    ///
    /// @param epoch higher than that of every leader before
    record Elected(long epoch) implements Event {}

    /// We lead no longer: nothing may be changed.
    record Deposed() implements Event {}

    record FilterAsked(long call, String uid, List<String> nodes) implements Event {}

    record BindAsked(long call, String uid, String node) implements Event {}

    /// The scheduler no longer waits for the answer.
    record BindLeft(long call) implements Event {}

    /// @param error empty when the API server accepted
    record Bound(long call, String uid, String error) implements Event {}

    /// The status write with this number is done.
    ///
    /// @param version the object's resourceVersion afterwards; empty when the write was refused or got lost
    record Written(String namespace, String name, int number, String version) implements Event {}

    record Tick() implements Event {}
}
