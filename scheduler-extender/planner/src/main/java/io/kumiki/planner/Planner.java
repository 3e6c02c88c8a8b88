package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.BudgetFact;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.fact.ClaimFact;
import io.kumiki.planner.fact.DaemonFact;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.quota.QuotaTree;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/// The whole of the extender's judgement. One thread tells it events with the time and carries out what it decides.
/// Nothing is decided before {@link Event.Elected}: until then it only listens.
public final class Planner {
    private final State state;
    private final Progress progress;
    private final Consolidation consolidation;
    private final Singles singles;
    private final Placing placing;
    private final Adoption adoption;
    private final StatusWrites writes;
    private final Publication publication;

    public Planner(PlannerOptions options) {
        state = new State(options);
        progress = new Progress(state);
        consolidation = new Consolidation(state, progress);
        singles = new Singles(state, progress, consolidation);
        placing = new Placing(state, progress, singles, consolidation);
        adoption = new Adoption(state, progress);
        writes = new StatusWrites(state, progress);
        publication = new Publication(state);
    }

    /// One event and what follows from it.
    ///
    /// @param millis of a monotonic clock
    /// @param wall for what people read and for run times
    public List<Decision> on(Event event, long millis, Instant wall) {
        hear(event, millis, wall);
        return settle();
    }

    /// One of several events that came together; {@link #settle} says what follows from all of them. A gang of
    /// thousands is then looked at once and not once for each of its members.
    public void hear(Event event, long millis, Instant wall) {
        state.now = millis;
        state.second = wall.getEpochSecond();
        singles.notice(event);
        switch (event) {
            case Event.NodeSeen(NodeFact node) -> node(node);
            case Event.NodeGone(String name) -> {
                if (state.removeNode(name)) {
                    state.daemons.nodeGone(name);
                    changed();
                }
            }
            case Event.DaemonSeen(DaemonFact daemon) ->
                state.roomChanged |= state.daemons.seen(daemon, state.nodes.values());
            case Event.DaemonGone(String namespace, String name) ->
                state.roomChanged |= state.daemons.gone(namespace + "/" + name, state.nodes.values());
            case Event.ClaimSeen(ClaimFact claim) ->
                state.roomChanged |= !claim.equals(state.claims.put(claim.key(), claim));
            case Event.ClaimGone(String namespace, String name) ->
                state.roomChanged |= state.claims.remove(namespace + "/" + name) != null;
            case Event.BudgetSeen(BudgetFact budget) -> state.roomChanged |= state.budgets.seen(budget);
            case Event.BudgetGone(String namespace, String name) ->
                state.roomChanged |= state.budgets.gone(namespace + "/" + name);
            case Event.EvictionRefused(String uid, String says) -> progress.refused(uid, says);
            case Event.CapacityServed ignored -> {
                state.roomChanged |= !state.capacityServed;
                state.capacityServed = true;
            }
            case Event.CapacitySeen(CapacityFact capacity) ->
                state.roomChanged |=
                        !capacity.equals(state.capacity.put(capacity.namespace() + "/" + capacity.name(), capacity));
            case Event.CapacityGone(String namespace, String name) ->
                placing.capacity().gone(namespace + "/" + name);
            case Event.PodSeen(PodFact pod) -> pod(pod);
            case Event.PodGone(String uid) -> podGone(uid);
            case Event.GangSeen(GangFact gang) -> {
                if (!adoption.seen(gang)) {
                    outdone();
                }
            }
            case Event.GangOrigin ignored -> {
                // for those who look at the queue; nothing is decided by it
            }
            case Event.GangGone gone -> adoption.gone(gone.namespace() + "/" + gone.name());
            case Event.Levels(var levels) -> {
                state.levels = levels;
                state.roomChanged = true;
            }
            case Event.Tenants tenants -> {
                // A tree that is none changes nothing: the one before it holds.
                if (tenants.nodes().isEmpty()
                        || QuotaTree.problems(tenants.nodes()).isEmpty()) {
                    state.take(tenants.nodes(), tenants.ofNamespace());
                    state.roomChanged = true;
                }
            }
            case Event.NamespaceLimit limit -> limit(limit);
            case Event.Elected(long epoch) -> elected(epoch);
            case Event.Deposed ignored -> deposed();
            case Event.FilterAsked ask -> filter(ask);
            case Event.BindAsked ask -> {
                if (!singles.bind(ask)) {
                    progress.barrier().asked(ask);
                }
            }
            case Event.SingleSeen(SingleFact single) -> singles.seen(single);
            case Event.SingleRuns(RunFact run) -> {
                if (state.pods.containsKey(run.uid())) {
                    state.runs.put(run.uid(), run);
                }
            }
            case Event.EntryAsked ask -> singles.entry(ask);
            case Event.MemberAsked ask -> state.decide(new Decision.AnswerMember(ask.call(), refusal(ask)));
            case Event.SeatAsked ask ->
                state.decide(
                        new Decision.AnswerSeat(ask.call(), progress.seating().seat(ask)));
            case Event.BindLeft(long call) -> progress.barrier().left(call);
            case Event.Bound bound -> progress.barrier().bound(bound);
            case Event.Written written -> writes.written(written);
            case Event.Estimated(String namespace, String name, Estimate start) -> {
                Plan plan = state.plans.get(namespace + "/" + name);
                if (plan != null) {
                    plan.start = start;
                    if (plan.phase == Gang.Phase.Waiting) {
                        plan.look();
                    }
                }
            }
            case Event.Learned(Knowledge knowledge) -> state.knowledge = knowledge;
            case Event.Tick ignored -> tick();
        }
        singles.notice(event);
    }

    /// To be read by any thread.
    public Steering steering() {
        return state.steering;
    }

    /// What was decided while hearing.
    public List<Decision> decided() {
        return state.takeDecisions();
    }

    /// What follows from all that was heard.
    public List<Decision> settle() {
        if (state.leading) {
            if (progress.advanceMarked()) {
                singles.changed();
            }
            boolean fenced = state.roomChanged && state.plans.values().stream().allMatch(plan -> plan.fenced);
            for (int pass = 0; fenced && state.roomChanged && pass < 3; pass++) {
                placing.pass();
            }
            for (Plan plan : List.copyOf(state.untold.values())) {
                tell(plan);
            }
        }
        return state.takeDecisions();
    }

    private void tell(Plan plan) {
        boolean there = state.plans.get(plan.fact.key()) == plan;
        if (there) {
            writes.write(plan);
            if (Steering.isStale(plan)) {
                state.steering.settled(plan, state.membersOf(plan));
            }
        }
        if (!there || !plan.looked) {
            // What waits for the answer to a write, or for its time, is looked at again.
            state.untold.remove(plan.fact.key(), plan);
        }
    }

    private void node(NodeFact node) {
        if (state.put(node)) {
            state.daemons.node(node);
            changed();
        }
    }

    /// Slots may be on a node that changed, and somebody may have room now.
    private void changed() {
        state.roomChanged = true;
        advanceAll();
    }

    private void advanceAll() {
        if (state.leading) {
            state.plans.values().forEach(progress::mark);
        }
    }

    private void pod(PodFact pod) {
        PodFact before = state.pods.get(pod.uid());
        if (before != null && before.bound() && !pod.bound()) {
            // The watch is later than the answer to our own binding.
            return;
        }
        boolean took = before != null && State.takes(before);
        state.see(pod);
        if (before != null && before.working() && !pod.working()) {
            state.budgets.lost(before);
        }
        singles.left(pod.uid(), State.takes(pod));
        state.roomChanged |= took && !State.takes(pod);
        Plan plan = state.planOf(pod);
        if (plan == null || !state.leading) {
            return;
        }
        if (plan.phase == Gang.Phase.Waiting && (before == null || before.gated() != pod.gated())) {
            state.roomChanged = true;
        }
        progress.mark(plan);
    }

    private void podGone(String uid) {
        PodFact pod = state.forget(uid);
        singles.left(uid, false);
        if (pod == null) {
            return;
        }
        state.roomChanged |= State.takes(pod);
        if (pod.working()) {
            state.budgets.lost(pod);
        }
        Plan plan = state.planOf(pod);
        if (plan != null) {
            progress.barrier().drop(plan, uid, "the pod is gone");
            if (state.leading) {
                progress.mark(plan);
            }
        }
    }

    private void limit(Event.NamespaceLimit limit) {
        var of = state.limits.computeIfAbsent(limit.namespace(), _ -> new TreeMap<>());
        if (limit.hard().isEmpty()) {
            of.remove(limit.name());
        } else {
            of.put(limit.name(), limit);
        }
        state.roomChanged = true;
    }

    private void elected(long epoch) {
        state.epoch = epoch;
        if (adoption.highest() >= epoch) {
            outdone();
            return;
        }
        state.leading = true;
        state.roomChanged = true;
        state.restUntil = epoch > 1 ? state.now + Consolidation.REST : 0;
        state.plans.values().forEach(plan -> progress.barrier().refuseAll(plan, "a new term of this leader begins"));
        // Whoever led meanwhile has decided: what the objects say now is how things stand.
        state.untold.clear();
        state.plans.replaceAll((_, plan) -> new Plan(plan.fact).listedIn(state.untold));
        state.steering.clear();
        for (Plan plan : state.plans.values()) {
            adoption.takeOver(plan);
        }
        singles.elected();
        advanceAll();
    }

    /// No write of ours would count: whoever counts the terms has to count on from there.
    private void outdone() {
        deposed();
        state.decide(new Decision.Outdone(adoption.highest()));
    }

    private void deposed() {
        state.leading = false;
        state.steering.clear();
        singles.deposed();
        for (Plan plan : state.plans.values()) {
            progress.barrier().refuseAll(plan, "this extender does not lead any more");
        }
    }

    private void filter(Event.FilterAsked ask) {
        if (singles.filter(ask)) {
            return;
        }
        PodFact pod = state.pods.get(ask.uid());
        Plan plan = pod == null ? null : state.planOf(pod);
        String node = pod == null || plan == null ? null : plan.nodeOf(pod);
        if (!state.leading || pod == null || plan == null || node == null || !plan.isDurable()) {
            String why = plan == null ? "it is no member of a gang that is known here" : plan.message();
            state.decide(new Decision.AnswerFilter(ask.call(), "", why));
        } else if (ask.nodes().contains(node)) {
            state.decide(new Decision.AnswerFilter(ask.call(), node, ""));
        } else {
            state.decide(new Decision.AnswerFilter(ask.call(), "", English.of(new Clause.RefusedByScheduler(node))));
            plan.unheard.remove(ask.uid());
            progress.barrier().vetoed(plan, pod, ask.nodes());
            progress.mark(plan);
        }
    }

    /// Whether the slot is one that was promised to this pod's controller.
    private String refusal(Event.MemberAsked ask) {
        Plan plan = state.plans.get(ask.gang());
        if (!state.leading) {
            return "";
        }
        if (plan == null || !plan.fact.controller().equals(ask.controller())) {
            return "there is no gang " + ask.gang() + " whose controller is the pod's own";
        }
        Plan.Row row = plan.row(ask.className());
        if (!plan.reservation().equals(ask.reservation()) || !plan.phase.holds()) {
            return "gang " + ask.gang() + " holds no reservation " + ask.reservation();
        }
        if (row == null || ask.slot() < 0 || ask.slot() >= row.nodes.size()) {
            return "gang " + ask.gang() + " has no slot " + ask.slot() + " of '" + ask.className() + "'";
        }
        String devices = row.devices.get(ask.slot());
        return devices.equals(ask.devices())
                ? ""
                : "slot " + ask.slot() + " has the devices '" + devices + "', found '" + ask.devices() + "'";
    }

    private void tick() {
        state.exclusions.values().removeIf(until -> until <= state.now);
        boolean waiting = state.plans.values().stream().anyMatch(plan -> plan.missingSince >= 0 || plan.restUntil > 0);
        state.roomChanged |= waiting || state.earmarks.all().stream().anyMatch(p -> p.until() <= state.now);
        progress.yielding().tick();
        state.earmarks.tick();
        consolidation.tick();
        if (state.leading) {
            placing.capacity().tick();
        }
        singles.tick();
        publication.tick();
        advanceAll();
    }

    State state() {
        return state;
    }
}
