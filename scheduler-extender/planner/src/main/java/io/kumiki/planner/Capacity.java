package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.GangPlacement;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Asks an autoscaler for nodes for whoever waits for want of them, where it serves ProvisioningRequests. What it
/// answers is told; nothing is decided by it: nodes that come are seen as nodes. After a no, or when nodes came and
/// went again without having helped, it is asked anew some time later, and later each time.
final class Capacity {
    /// What is not seen by then was not made.
    private static final long UNSEEN = 60_000;
    /// Twice as long after each time, five times.
    private static final long AGAIN = 600_000;

    private static final int LONGEST = 5;

    private final State state;
    /// By the object's key: when it was asked for, and when it was asked to go.
    private final Map<String, Long> asked = new HashMap<>();
    private final Map<String, Long> left = new HashMap<>();
    /// Requests that are answered for good: since when, and how many of that name there were before.
    private final Map<String, Long> vainSince = new HashMap<>();
    private final Map<String, Integer> vain = new HashMap<>();

    private final SingleCapacity singles;

    Capacity(State state, SingleCapacity singles) {
        this.state = state;
        this.singles = singles;
    }

    boolean served() {
        return state.capacityServed;
    }

    /// @param answer on the nodes as they are, whomever they are kept for
    void look(Plan plan, GangPlacement answer) {
        if (plan.why == Why.Preempting || plan.why == Why.Moving || !helps(answer)) {
            return;
        }
        int attempt = plan.fact.spec().attempt();
        String name = CapacityFact.name(plan.fact.name(), attempt);
        String key = plan.fact.namespace() + "/" + name;
        CapacityFact fact = state.capacity.get(key);
        if (fact == null && state.now - asked.getOrDefault(key, -UNSEEN) >= UNSEEN) {
            asked.put(key, state.now);
            state.decide(new Decision.AskCapacity(
                    plan.fact.namespace(),
                    name,
                    plan.fact.name(),
                    plan.fact.uid(),
                    attempt,
                    plan.fact.spec().classes()));
        }
        if (fact != null) {
            List<Clause> clauses = new ArrayList<>(plan.said);
            clauses.add(
                    switch (fact.stage()) {
                        case ASKED -> new Clause.NodesAsked();
                        case PROVISIONED -> new Clause.NodesProvided(fact.says());
                        case FAILED -> new Clause.NodesRefused(fact.says());
                        case EXPIRED -> new Clause.NodesExpired(fact.says());
                    });
            plan.say(plan.why, clauses);
        }
    }

    /// Whether more nodes could hold the gang: it would fit these if they were empty, or some of its members would, or
    /// there is no node that it may use.
    static boolean helps(GangPlacement answer) {
        return switch (answer) {
            case GangPlacement.Placed ignored -> false;
            case GangPlacement.Waiting ignored -> true;
            case GangPlacement.Impossible(var why) -> {
                var removed = why.removed();
                yield !(why.nearest() instanceof GangPlacement.RoleShort missing)
                        || missing.room() > 0
                        || removed.model()
                                        + removed.devices()
                                        + removed.extended()
                                        + removed.cpu()
                                        + removed.memory()
                                        + removed.pods()
                                == 0;
            }
        };
    }

    void gone(String key) {
        CapacityFact fact = state.capacity.remove(key);
        left.remove(key);
        if (vainSince.remove(key) != null) {
            if (fact != null && SingleCapacity.isOfPods(fact)) {
                singles.refused(fact);
            } else {
                vain.merge(key, 1, Integer::sum);
                state.roomChanged = true;
            }
        }
    }

    /// Requests for those who wait no more are taken back, and those that have long been in vain.
    void tick() {
        if (served()) {
            singles.tick();
        }
        vain.keySet().removeIf(key -> !state.capacity.containsKey(key) && !asked.containsKey(key) && isUnknown(key));
        for (var entry : state.capacity.entrySet()) {
            if ((isOver(entry.getValue()) || isInVain(entry.getKey(), entry.getValue()))
                    && state.now - left.getOrDefault(entry.getKey(), -state.options.repeat())
                            >= state.options.repeat()) {
                left.put(entry.getKey(), state.now);
                state.decide(new Decision.LeaveCapacity(
                        entry.getValue().namespace(), entry.getValue().name()));
            }
        }
        asked.entrySet().removeIf(entry -> state.now - entry.getValue() >= UNSEEN);
    }

    private boolean isInVain(String key, CapacityFact fact) {
        boolean answered = switch (fact.stage()) {
            case FAILED, EXPIRED -> true;
            case ASKED, PROVISIONED -> false;
        };
        if (!answered) {
            vainSince.remove(key);
            return false;
        }
        long since = vainSince.computeIfAbsent(key, _ -> state.now);
        return state.now - since >= AGAIN << Math.min(LONGEST, vain.getOrDefault(key, 0));
    }

    /// Nobody waits who could ask by that name.
    private boolean isUnknown(String key) {
        return state.plans.values().stream()
                .noneMatch(plan ->
                        key.equals(plan.fact.namespace() + "/" + CapacityFact.name(plan.fact.name(), plan.attempt)));
    }

    private boolean isOver(CapacityFact fact) {
        if (SingleCapacity.isOfPods(fact)) {
            return singles.isOver(fact);
        }
        Plan plan = state.plans.get(fact.namespace() + "/" + fact.gang());
        return plan == null
                || plan.phase != Gang.Phase.Waiting
                || plan.fact.spec().attempt() != fact.attempt();
    }
}
