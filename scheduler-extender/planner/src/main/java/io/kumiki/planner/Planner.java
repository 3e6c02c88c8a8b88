package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.QuotaTree;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The whole of the extender's judgement. One thread tells it events with the time and carries out what it decides.
/// Nothing is decided before {@link Event.Elected}: until then it only listens.
public final class Planner {
    private final State state;
    private final Progress progress;
    private final Placing placing;

    public Planner(PlannerOptions options) {
        state = new State(options);
        progress = new Progress(state);
        placing = new Placing(state, progress);
    }

    /// @param millis of a monotonic clock
    /// @param wall for what people read and for run times
    public List<Decision> on(Event event, long millis, Instant wall) {
        state.now = millis;
        state.second = wall.getEpochSecond();
        switch (event) {
            case Event.NodeSeen(NodeFact node) -> node(node);
            case Event.NodeGone(String name) -> {
                if (state.nodes.remove(name) != null) {
                    changed();
                }
            }
            case Event.PodSeen(PodFact pod) -> pod(pod);
            case Event.PodGone(String uid) -> podGone(uid);
            case Event.GangSeen(GangFact gang) -> gang(gang);
            case Event.GangGone gone -> gangGone(gone.namespace() + "/" + gone.name());
            case Event.Levels(var levels) -> {
                state.levels = levels;
                state.roomChanged = true;
            }
            case Event.Tenants tenants -> {
                // A tree that is none changes nothing: the one before it holds.
                if (tenants.nodes().isEmpty()
                        || QuotaTree.problems(tenants.nodes()).isEmpty()) {
                    state.quotas = tenants.nodes().isEmpty() ? null : QuotaTree.of(tenants.nodes());
                    state.quotaResources = new TreeSet<>();
                    for (QuotaNode node : tenants.nodes()) {
                        state.quotaResources.addAll(node.guaranteed().of().keySet());
                        Amounts limit = node.limit();
                        state.quotaResources.addAll(
                                limit == null ? Set.of() : limit.of().keySet());
                    }
                    state.tenantOf = tenants.ofNamespace();
                    state.roomChanged = true;
                }
            }
            case Event.NamespaceLimit limit -> limit(limit);
            case Event.Elected(long epoch) -> elected(epoch);
            case Event.Deposed ignored -> deposed();
            case Event.FilterAsked ask -> filter(ask);
            case Event.BindAsked ask -> progress.barrier().asked(ask);
            case Event.BindLeft(long call) -> progress.barrier().left(call);
            case Event.Bound bound -> progress.barrier().bound(bound);
            case Event.Written written -> written(written);
            case Event.Tick ignored -> tick();
        }
        if (state.leading) {
            boolean fenced = state.plans.values().stream().allMatch(plan -> plan.fenced);
            for (int pass = 0; fenced && state.roomChanged && pass < 3; pass++) {
                placing.pass();
            }
            state.plans.values().forEach(this::write);
        }
        return state.takeDecisions();
    }

    private void node(NodeFact node) {
        if (!node.equals(state.nodes.put(node.name(), node))) {
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
            state.plans.values().forEach(progress::advance);
        }
    }

    private void pod(PodFact pod) {
        PodFact before = state.pods.get(pod.uid());
        boolean took = before != null && State.takes(before);
        state.see(pod);
        state.roomChanged |= took && !State.takes(pod);
        Plan plan = state.planOf(pod);
        if (plan == null || !state.leading) {
            return;
        }
        if (plan.phase == Gang.Phase.Waiting && (before == null || before.gated() != pod.gated())) {
            state.roomChanged = true;
        }
        progress.advance(plan);
    }

    private static boolean steered(PodFact pod) {
        PodFact.Member member = pod.member();
        return member != null && member.steered();
    }

    private void podGone(String uid) {
        PodFact pod = state.forget(uid);
        if (pod == null) {
            return;
        }
        state.roomChanged |= State.takes(pod);
        Plan plan = state.planOf(pod);
        if (plan != null) {
            progress.barrier().drop(plan, uid, "the pod is gone");
            if (state.leading) {
                progress.advance(plan);
            }
        }
    }

    private void gang(GangFact gang) {
        Plan plan = state.plans.get(gang.key());
        if (plan != null && !plan.fact.uid().equals(gang.uid())) {
            gangGone(gang.key());
            plan = null;
        }
        if (plan == null) {
            plan = new Plan(gang);
            state.plans.put(gang.key(), plan);
            adopt(plan);
            state.roomChanged = true;
        } else {
            state.roomChanged |= !plan.fact.spec().equals(gang.spec());
            plan.fact = gang;
            plan.retryAt = 0;
            Gang.Status status = gang.status();
            if (status != null && status.epoch() > state.epoch && state.leading) {
                deposed();
                return;
            }
            if (status != null
                    && state.leading
                    && status.epoch() < state.epoch
                    && (!plan.fenced
                            || (plan.phase == Gang.Phase.Waiting
                                    && status.phase().holds()))) {
                // The leader before us was still quick enough: what it wrote last is what holds.
                takeOver(plan);
            } else {
                refresh(plan);
            }
        }
        if (state.leading) {
            progress.advance(plan);
        }
    }

    /// Minimum and maximum follow the spec; slots beyond a smaller maximum go when nobody is in them.
    private void refresh(Plan plan) {
        Occupancy there = Occupancy.of(plan, state);
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            for (Gang.Members members : plan.fact.spec().classes()) {
                if (members.name().equals(row.members.name())) {
                    row.resize(members.min(), members.max());
                }
            }
            int last = row.nodes.size() - 1;
            while (last >= row.members.max() && there.at(r, last) == null) {
                row.nodes.removeLast();
                row.devices.removeLast();
                plan.version++;
                state.roomChanged = true;
                last--;
            }
        }
    }

    private void takeOver(Plan plan) {
        plan.rows.clear();
        adopt(plan);
        plan.fenced = plan.fact.status() == null;
        plan.looked = true;
        if (plan.phase.holds()) {
            progress.touchUnbound(plan);
        }
    }

    /// Takes over what an object says, from us in an earlier life or from another leader.
    private void adopt(Plan plan) {
        Gang.Status status = plan.fact.status();
        if (status == null) {
            return;
        }
        plan.phase = status.phase();
        plan.attempt = status.attempt();
        plan.ended = Boolean.TRUE.equals(status.ended());
        plan.message = Objects.requireNonNullElse(status.message(), "");
        plan.where = Objects.requireNonNullElse(status.where(), "");
        for (Why why : Why.values()) {
            plan.why = why.name().equals(status.reason()) ? why : plan.why;
        }
        plan.sent = status;
        plan.reservedAt = state.now;
        plan.progressAt = state.now;
        String since = status.since();
        boolean ran = status.phase() == Gang.Phase.Running || status.phase() == Gang.Phase.Repairing;
        plan.startedSecond = ran && since != null ? StatusText.second(since, state.second) : 0;
        List<Gang.Slots> slots = status.slots() == null ? List.of() : status.slots();
        for (Gang.Slots of : slots) {
            for (Gang.Members members : plan.fact.spec().classes()) {
                if (members.name().equals(of.name())) {
                    plan.rows.add(row(members, of));
                }
            }
        }
        plan.durable = plan.version;
    }

    private static Plan.Row row(Gang.Members members, Gang.Slots of) {
        Plan.Row row;
        try {
            row = new Plan.Row(members);
        } catch (IllegalArgumentException e) {
            // Somebody spoiled the spec meanwhile: the slots are kept, their pods say what they take.
            row = new Plan.Row(new Gang.Members(
                    members.name(),
                    members.min(),
                    members.max(),
                    members.wave(),
                    java.util.Map.of(),
                    null,
                    null,
                    null));
        }
        row.nodes.addAll(of.nodes());
        List<String> devices = of.devices() == null ? List.of() : of.devices();
        for (int i = 0; i < of.nodes().size(); i++) {
            row.devices.add(i < devices.size() ? devices.get(i) : "");
        }
        return row;
    }

    private void gangGone(String key) {
        Plan plan = state.plans.remove(key);
        if (plan != null) {
            progress.barrier().refuseAll(plan, "gang " + key + " is gone");
            state.promises.remove(key);
            state.roomChanged = true;
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
        state.leading = true;
        state.roomChanged = true;
        // Whoever led meanwhile has decided: what the objects say now is how things stand.
        state.plans.replaceAll((_, plan) -> new Plan(plan.fact));
        for (Plan plan : state.plans.values()) {
            takeOver(plan);
        }
        advanceAll();
    }

    private void deposed() {
        state.leading = false;
        for (Plan plan : state.plans.values()) {
            progress.barrier().refuseAll(plan, "this extender does not lead any more");
        }
    }

    private void filter(Event.FilterAsked ask) {
        PodFact pod = state.pods.get(ask.uid());
        Plan plan = pod == null ? null : state.planOf(pod);
        String node = pod == null || plan == null ? null : plan.nodeOf(pod);
        if (!state.leading || pod == null || plan == null || node == null || !plan.isDurable()) {
            String why = plan == null ? "it is no member of a gang that is known here" : plan.message;
            state.decide(new Decision.AnswerFilter(ask.call(), "", why));
        } else if (ask.nodes().contains(node)) {
            state.decide(new Decision.AnswerFilter(ask.call(), node, ""));
        } else {
            String says = "the scheduler finds no room for it on " + node;
            state.decide(new Decision.AnswerFilter(ask.call(), "", says));
            progress.barrier().vetoed(plan, pod, says);
            progress.advance(plan);
        }
    }

    private void written(Event.Written written) {
        Plan plan = state.plans.get(written.namespace() + "/" + written.name());
        if (plan == null || plan.inFlight != written.number()) {
            return;
        }
        plan.inFlight = 0;
        plan.looked = true;
        if (written.version().isEmpty()) {
            plan.sent = null;
            plan.retryAt = state.now + 1000;
            return;
        }
        GangFact old = plan.fact;
        plan.fact = new GangFact(
                old.namespace(),
                old.name(),
                old.uid(),
                written.version(),
                old.created(),
                old.controller(),
                old.spec(),
                old.status());
        state.roomChanged |= !plan.fenced;
        plan.fenced = true;
        boolean before = plan.isDurable();
        plan.durable = plan.inFlightVersion;
        if (state.leading && plan.isDurable()) {
            if (!before) {
                poke(plan);
            }
            progress.advance(plan);
        }
    }

    /// Steered pods that were refused are asked about again only when something of them changes.
    private void poke(Plan plan) {
        for (PodFact pod : state.membersOf(plan)) {
            if (pod.vetoed() && !pod.bound() && !pod.gated() && !pod.terminating() && steered(pod)) {
                state.decide(
                        new Decision.Touch(pod, java.util.Map.of(Progress.EPOCH, state.epoch + "." + plan.version)));
            }
        }
    }

    private void tick() {
        state.exclusions.values().removeIf(until -> until <= state.now);
        boolean waiting = state.plans.values().stream().anyMatch(plan -> plan.missingSince >= 0);
        state.roomChanged |= waiting || state.promises.values().stream().anyMatch(p -> p.until() <= state.now);
        advanceAll();
    }

    private void write(Plan plan) {
        if (!plan.looked || plan.inFlight != 0 || plan.retryAt > state.now) {
            return;
        }
        plan.looked = false;
        Gang.Status status = StatusText.of(plan, state);
        if (status.equals(plan.sent)) {
            plan.durable = plan.version;
            return;
        }
        plan.sent = status;
        plan.inFlight = ++plan.writes;
        plan.inFlightVersion = plan.version;
        state.decide(new Decision.WriteStatus(
                plan.fact.namespace(), plan.fact.name(), plan.fact.version(), plan.inFlight, status));
    }

    State state() {
        return state;
    }
}
