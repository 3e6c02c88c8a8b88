package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.planner.fact.BudgetFact;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.fact.ClaimFact;
import io.kumiki.planner.fact.DaemonFact;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.QuotaScope;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.quota.QuotaNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the planner is told.
public sealed interface Event {
    record NodeSeen(NodeFact node) implements Event {}

    record NodeGone(String name) implements Event {}

    record DaemonSeen(DaemonFact daemon) implements Event {}

    record DaemonGone(String namespace, String name) implements Event {}

    record ClaimSeen(ClaimFact claim) implements Event {}

    record ClaimGone(String namespace, String name) implements Event {}

    record BudgetSeen(BudgetFact budget) implements Event {}

    record BudgetGone(String namespace, String name) implements Event {}

    /// A pod was asked to leave and a disruption budget forbids it now.
    ///
    /// @param says the API server's words
    record EvictionRefused(String uid, String says) implements Event {}

    /// ProvisioningRequests can be made here.
    record CapacityServed() implements Event {}

    record CapacitySeen(CapacityFact capacity) implements Event {}

    record CapacityGone(String namespace, String name) implements Event {}

    record PodSeen(PodFact pod) implements Event {}

    record PodGone(String uid) implements Event {}

    record GangSeen(GangFact gang) implements Event {}

    /// Where a gang comes from; no decision depends on it.
    record GangOrigin(String namespace, String name, Origin origin) implements Event {
        /// The same of a pod without a gang.
        public static GangOrigin ofPod(String namespace, String name, Origin origin) {
            return new GangOrigin(namespace, Alone.named(name), origin);
        }
    }

    record GangGone(String namespace, String name) implements Event {}

    /// The levels of the tree of places, widest first.
    record Levels(List<PlaceLevels.Level> levels) implements Event {}

    /// All tenants, and which namespace belongs to which.
    record Tenants(List<QuotaNode> nodes, Map<String, String> ofNamespace) implements Event {}

    /// A namespace's ResourceQuota; without limits it is gone.
    ///
    /// @param hard CPU in milli, everything else in units
    /// @param scopes all hold for what it counts; null where it counts all pods
    record NamespaceLimit(
            String namespace,
            String name,
            Map<String, Long> hard,
            Map<String, Long> used,
            @Nullable List<QuotaScope> scopes)
            implements Event {
        public NamespaceLimit(String namespace, String name, Map<String, Long> hard, Map<String, Long> used) {
            this(namespace, name, hard, used, null);
        }

        boolean counts(Gang.Members pod) {
            return scopes == null || scopes.stream().allMatch(scope -> scope.holds(pod));
        }
    }

    /// We lead from now on; whatever was listed before has been told.
    ///
    /// @param epoch higher than that of every leader before
    record Elected(long epoch) implements Event {}

    /// We lead no longer: nothing may be changed.
    record Deposed() implements Event {}

    /// @param nodes that the scheduler's own rules allow
    /// @param nominated the node for which the scheduler made others leave, empty for none
    record FilterAsked(long call, String uid, List<String> nodes, String nominated) implements Event {}

    record BindAsked(long call, String uid, String node) implements Event {}

    /// The scheduler no longer waits for the answer.
    record BindLeft(long call) implements Event {}

    /// @param error empty when the API server accepted
    record Bound(long call, String uid, String error) implements Event {}

    /// The status write with this number is done.
    ///
    /// @param version the object's resourceVersion afterwards; empty when the write was refused or got lost
    /// @param invalid refused for what the object says, whoever writes it
    record Written(String namespace, String name, int number, String version, boolean invalid) implements Event {
        public Written(String namespace, String name, int number, String version) {
            this(namespace, name, number, version, false);
        }
    }

    /// A pod without a gang that asks for devices and is not bound; once bound it is told as {@link PodSeen}.
    record SingleSeen(SingleFact single) implements Event {}

    /// Such a pod holds devices; its pod is told before. Ends with its pod.
    record SingleRuns(RunFact run) implements Event {}

    /// Such a pod is about to be made; {@link Decision.AnswerEntry} answers.
    ///
    /// @param claim names the promise that may follow, and is written on the pod; asking again with the same one
    ///     answers the same
    /// @param shape what it asks for, `min` and `max` 1
    /// @param expectedSeconds how long it will run, null where nobody knows
    /// @param controller uid of the owner that controls it, empty for none
    /// @param dry nothing will be made
    record EntryAsked(
            long call,
            String claim,
            String namespace,
            String controller,
            Gang.Members shape,
            int priority,
            @Nullable Long expectedSeconds,
            boolean dry)
            implements Event {
        /// Without a controller.
        public EntryAsked(
                long call,
                String claim,
                String namespace,
                Gang.Members shape,
                int priority,
                @Nullable Long expectedSeconds,
                boolean dry) {
            this(call, claim, namespace, "", shape, priority, expectedSeconds, dry);
        }
    }

    /// A pod is about to be made that says which slot it is for; {@link Decision.AnswerMember} answers.
    ///
    /// @param gang namespace and name
    /// @param controller uid of the owner that controls it, empty for none
    record MemberAsked(
            long call, String gang, String className, String controller, String reservation, int slot, String devices)
            implements Event {}

    /// A pod is about to be made that says nothing of a slot, of a gang whose members may be pinned as they are made;
    /// {@link Decision.AnswerSeat} answers.
    ///
    /// @param claim names the seat that may follow; asking again with the same one answers the same
    /// @param gang namespace and name
    /// @param controller uid of the owner that controls it, empty for none
    record SeatAsked(long call, String claim, String gang, String className, String controller) implements Event {}

    /// When a waiting gang will start, as those found out who let the queue run ahead.
    record Estimated(String namespace, String name, Estimate start) implements Event {}

    /// What those who look at the queue have learned of run times, from now on.
    record Learned(Knowledge knowledge) implements Event {}

    record Tick() implements Event {}
}
