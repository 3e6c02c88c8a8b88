package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Why;
import java.util.Map;
import java.util.Objects;

/// What is wanted of pods: said once, and again when it had no effect.
final class Wishes {
    private final State state;

    Wishes(State state) {
        this.state = state;
    }

    /// Whether the wish is to be uttered: not while the one before may still have its effect.
    boolean ask(Plan plan, String uid) {
        return ask(plan, uid, state.options.repeat());
    }

    /// @param pause milliseconds since any wish about that pod
    boolean ask(Plan plan, String uid, long pause) {
        Long before = plan.asked.get(uid);
        if (before != null && state.now - before < pause) {
            return false;
        }
        plan.asked.put(uid, state.now);
        return true;
    }

    /// Whoever has to make way for others is asked by the Eviction API, for as long as a disruption budget refuses.
    /// Budgets protect nothing of what is broken; but users' own Jobs count an evicted pod as no failure.
    void delete(Plan plan, PodFact pod, String why) {
        if (pod.terminating() || !ask(plan, pod.uid())) {
            return;
        }
        boolean evicted = makesWay(plan) || (plan.fact.spec().gated() && !plan.kept.contains(pod.uid()));
        state.decide(evicted ? new Decision.EvictPod(pod, why) : new Decision.DeletePod(pod, why));
    }

    static boolean makesWay(Plan plan) {
        return plan.phase == Gang.Phase.Releasing && (plan.why == Why.Preempted || plan.why == Why.Moved);
    }

    /// Pods of this gang that carry another reservation than the current one were made for slots that are gone.
    void removeForeign(Plan plan) {
        Occupancy there = Occupancy.of(plan, state);
        if (!there.anyForeign()) {
            return;
        }
        for (PodFact pod : state.membersOf(plan)) {
            if (there.isExtra(pod.uid())) {
                delete(plan, pod, "its slot is another's");
            } else if (plan.isForeign(pod)) {
                PodFact.Member member = Objects.requireNonNull(pod.member());
                delete(plan, pod, "its reservation " + member.reservation() + " is not the current one");
            }
        }
    }

    /// After a change of leader: whatever the one before decided about a pod that is not bound yet must fail.
    void touchUnbound(Plan plan) {
        for (PodFact pod : state.membersOf(plan)) {
            if (plan.nodeOf(pod) != null && !pod.bound() && !pod.terminating()) {
                plan.untouched.put(pod.uid(), pod.version());
            }
        }
    }

    /// A nomination is over when its pod is bound or its slot is elsewhere: the scheduler would keep the room for it.
    void endNominations(Plan plan) {
        plan.nominated.entrySet().removeIf(entry -> {
            PodFact pod = state.pods.get(entry.getKey());
            boolean over = pod == null || pod.bound() || !entry.getValue().equals(plan.nodeOf(pod));
            if (over && pod != null && !pod.terminating() && !pod.stage().ended()) {
                state.decide(new Decision.Nominate(pod, ""));
            }
            return over;
        });
    }

    /// Whether every such pod has another version now.
    boolean touched(Plan plan) {
        plan.untouched.entrySet().removeIf(entry -> {
            PodFact pod = state.pods.get(entry.getKey());
            return pod == null
                    || pod.bound()
                    || pod.terminating()
                    || !pod.version().equals(entry.getValue());
        });
        for (String uid : plan.untouched.keySet()) {
            if (ask(plan, uid)) {
                state.decide(new Decision.Touch(
                        Objects.requireNonNull(state.pods.get(uid)),
                        Map.of(Progress.EPOCH, Long.toString(state.epoch))));
            }
        }
        return plan.untouched.isEmpty();
    }
}
