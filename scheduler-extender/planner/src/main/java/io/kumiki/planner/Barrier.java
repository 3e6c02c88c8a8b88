package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.Fitness;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Holds bind calls until a wave is complete: for each of its classes at least the minimum of distinct pods that are
/// bound or whose call is open. Calls are never counted. All is checked again in the instant before opening.
final class Barrier {
    private final State state;
    private final Progress progress;

    Barrier(State state, Progress progress) {
        this.state = state;
        this.progress = progress;
    }

    void asked(Event.BindAsked ask) {
        PodFact pod = state.pods.get(ask.uid());
        Plan plan = pod == null ? null : state.planOf(pod);
        boolean again = plan != null && plan.held.containsKey(ask.uid());
        if (plan != null && again) {
            // The scheduler asks once at a time for a pod: whoever made the call before no longer waits.
            drop(plan, ask.uid(), "a later call for the same pod takes its place");
        }
        String refusal = refusal(pod, plan, ask.node());
        if (refusal != null || plan == null) {
            doom(pod, plan, ask.node());
            state.decide(new Decision.AnswerBind(ask.call(), Objects.requireNonNullElse(refusal, "no gang")));
            return;
        }
        plan.held.put(ask.uid(), new Plan.Held(ask.call(), ask.node()));
        Occupancy.of(plan, state).changed(ask.uid());
        plan.progressAt = again ? plan.progressAt : state.now;
        progress.mark(plan);
    }

    /// A pod that is pinned to another node than its slot's will never come right.
    private void doom(@Nullable PodFact pod, @Nullable Plan plan, String node) {
        if (pod == null || plan == null || pod.bound() || !state.leading) {
            return;
        }
        String slot = plan.nodeOf(pod);
        if (slot != null
                && !slot.equals(node)
                && !Objects.requireNonNull(pod.member()).steered()) {
            plan.doomed.add(pod.uid());
            progress.mark(plan);
        }
    }

    private @Nullable String refusal(@Nullable PodFact pod, @Nullable Plan plan, String node) {
        if (!state.leading) {
            return "this extender does not lead (yet)";
        }
        if (pod == null) {
            return "the pod is not known here (yet)";
        }
        if (plan == null) {
            return "the pod is no member of a gang that is known here and whose controller is its own";
        }
        String slot = plan.nodeOf(pod);
        if (slot == null || plan.phase == Gang.Phase.Releasing) {
            return "the pod holds no current reservation of gang " + plan.fact.key() + ": " + plan.message();
        }
        if (!isThere(slot, node)) {
            return "its slot is on " + slot + ", not on " + node;
        }
        if (Occupancy.of(plan, state).isExtra(pod.uid())) {
            return "its slot is another's";
        }
        return pod.bound() && !pod.node().equals(node) ? "the pod is bound to " + pod.node() : null;
    }

    private static boolean isThere(@Nullable String slot, String node) {
        return node.equals(slot);
    }

    void left(long call) {
        for (Plan plan : state.plans.values()) {
            plan.held.values().removeIf(held -> held.call() == call);
        }
    }

    /// The pod's call gets an error; the scheduler will try again.
    void drop(Plan plan, String uid, String why) {
        Plan.Held held = plan.held.remove(uid);
        if (held != null) {
            state.decide(new Decision.AnswerBind(held.call(), why));
        }
    }

    void refuseAll(Plan plan, String why) {
        plan.held.values().forEach(held -> state.decide(new Decision.AnswerBind(held.call(), why)));
        plan.held.clear();
    }

    void bound(Event.Bound result) {
        for (Plan plan : plansOf(result.uid())) {
            if (plan.bound(result.uid())) {
                if (result.error().isEmpty()) {
                    isBound(plan, result.uid());
                }
                plan.progressAt = state.now;
                progress.mark(plan);
                break;
            }
        }
        state.decide(new Decision.AnswerBind(result.call(), result.error()));
    }

    /// What we wrote is what we know: until the watch brings it, an earlier refusal must not move its slot.
    private void isBound(Plan plan, String uid) {
        PodFact pod = state.pods.get(uid);
        String node = pod == null ? null : plan.nodeOf(pod);
        if (pod != null && node != null && !pod.bound()) {
            state.see(pod.on(node));
        }
    }

    /// A pod that is gone may be any gang's.
    private Collection<Plan> plansOf(String uid) {
        PodFact pod = state.pods.get(uid);
        Plan plan = pod == null ? null : state.planOf(pod);
        return plan == null ? state.plans.values() : List.of(plan);
    }

    void open(Plan plan) {
        if (plan.held.isEmpty()) {
            return;
        }
        dropWhatIsOver(plan);
        Occupancy there = Occupancy.of(plan, state);
        int wave = there.wave();
        if (plan.held.isEmpty()) {
            return;
        }
        if (!wouldBeComplete(plan, there, wave)) {
            if (isOverdue(plan)) {
                int least =
                        plan.rows.stream().mapToInt(row -> row.members.min()).sum();
                progress.end(
                        plan,
                        Why.BarrierTimeout,
                        new Clause.FewCame(plan.held.size() + there.thereInAll(), least, patience(plan) / 1000));
            }
            return;
        }
        List<String> ready = new ArrayList<>();
        for (String uid : plan.held.keySet()) {
            PodFact pod = Objects.requireNonNull(state.pods.get(uid));
            if (mayStart(plan, pod, wave) && isHeldOnly(plan, uid)) {
                ready.add(uid);
            }
        }
        if (!check(plan, ready)) {
            return;
        }
        for (String uid : ready) {
            Plan.Held held = Objects.requireNonNull(plan.held.remove(uid));
            PodFact pod = Objects.requireNonNull(state.pods.get(uid));
            PodFact.Member member = Objects.requireNonNull(pod.member());
            Plan.Row row = Objects.requireNonNull(plan.row(member.className()));
            plan.binds(uid, held.call());
            state.decide(
                    new Decision.Bind(held.call(), pod, held.node(), progress.annotations(plan, row, member.index())));
        }
    }

    private boolean isOverdue(Plan plan) {
        return state.now - plan.progressAt >= patience(plan);
    }

    /// A volume that is still made keeps its pod from asking.
    private long patience(Plan plan) {
        String namespace = plan.fact.namespace();
        return plan.ways.values().stream().anyMatch(until -> until > state.now)
                        || plan.rows.stream().anyMatch(row -> state.awaitsVolumes(namespace, row.members))
                ? state.options.volumes()
                : state.options.barrier();
    }

    private void dropWhatIsOver(Plan plan) {
        Occupancy there = Occupancy.of(plan, state);
        for (String uid : plan.held.keySet().stream().filter(there::isChanged).toList()) {
            PodFact pod = state.pods.get(uid);
            Plan.Held held = Objects.requireNonNull(plan.held.get(uid));
            if (pod == null || pod.terminating() || pod.stage().ended()) {
                drop(plan, uid, "the pod is going");
            } else if (pod.bound()) {
                drop(plan, uid, pod.node().equals(held.node()) ? "" : "the pod is bound to " + pod.node());
            } else if (!isThere(plan.nodeOf(pod), held.node())) {
                drop(plan, uid, "its slot is no longer on " + held.node());
            } else if (there.isExtra(uid)) {
                drop(plan, uid, "its slot is another's");
            }
        }
        there.lookedAt();
    }

    /// A pod that is asked about again while its binding is on its way counts once.
    private static boolean isHeldOnly(Plan plan, String uid) {
        return plan.held.containsKey(uid) && !plan.binding.containsKey(uid);
    }

    private static boolean mayStart(Plan plan, PodFact pod, int wave) {
        return Objects.requireNonNull(
                                plan.row(Objects.requireNonNull(pod.member()).className()))
                        .members
                        .wave()
                <= wave;
    }

    private boolean wouldBeComplete(Plan plan, Occupancy there, int wave) {
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            if (row.members.wave() != wave) {
                continue;
            }
            int come = there.there(r);
            if (come + plan.held.size() < row.members.min()) {
                return false;
            }
            for (int i = 0; i < row.nodes.size(); i++) {
                PodFact pod = there.at(r, i);
                come += pod != null && !pod.bound() && isHeldOnly(plan, pod.uid()) ? 1 : 0;
            }
            if (come < row.members.min()) {
                return false;
            }
        }
        return true;
    }

    /// In the instant before opening. One failure: nothing opens, that slot is repaired.
    private boolean check(Plan plan, List<String> ready) {
        var rest = new NodeRest(state);
        for (String uid : ready) {
            PodFact pod = Objects.requireNonNull(state.pods.get(uid));
            Plan.Held held = Objects.requireNonNull(plan.held.get(uid));
            NodeFact node = state.nodes.get(held.node());
            Clause wrong = node != null && node.usable() ? rest.take(node, pod) : new Clause.NodeLost(held.node());
            if (wrong != null) {
                exclude(plan, pod, held.node());
                PodFact.Member member = Objects.requireNonNull(pod.member());
                for (int r = 0; r < plan.rows.size(); r++) {
                    if (plan.rows.get(r).members.name().equals(member.className())) {
                        progress.moves().move(plan, r, member.index(), wrong, null);
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private void exclude(Plan plan, PodFact pod, String node) {
        Plan.Row row = Objects.requireNonNull(
                plan.row(Objects.requireNonNull(pod.member()).className()));
        state.exclusions.put(
                new State.Exclusion(Fitness.ClassKey.of(row.members), node), state.now + state.options.veto());
    }

    /// The scheduler finds no room for the pod where its slot is: that node is not tried again for a while, and the
    /// slot moves.
    ///
    /// @param among the only nodes on which the scheduler finds room for it; null where nobody said
    void vetoed(Plan plan, PodFact pod, @Nullable List<String> among) {
        String node = plan.nodeOf(pod);
        boolean settled = pod.bound() || plan.held.containsKey(pod.uid()) || plan.binding.containsKey(pod.uid());
        if (node == null || settled) {
            // A call from before: nothing is lost by it.
            return;
        }
        exclude(plan, pod, node);
        PodFact.Member member = Objects.requireNonNull(pod.member());
        for (int r = 0; r < plan.rows.size(); r++) {
            if (plan.rows.get(r).members.name().equals(member.className())) {
                progress.moves().move(plan, r, member.index(), new Clause.RefusedByScheduler(node), among);
                return;
            }
        }
    }
}
