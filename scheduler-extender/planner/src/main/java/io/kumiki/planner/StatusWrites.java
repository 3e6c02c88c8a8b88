package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.PodFact;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes of Gang statuses: the commit of what was decided. One is on its way at a time for each gang.
final class StatusWrites {
    private static final long PACE = 500;
    /// So many refusals on end are no accident.
    private static final int HOPELESS = 3;
    private static final long SLOWLY = 10_000;

    private final State state;
    private final Progress progress;

    StatusWrites(State state, Progress progress) {
        this.state = state;
        this.progress = progress;
    }

    void write(Plan plan) {
        if (!plan.looked || plan.inFlight != 0 || plan.retryAt > state.now) {
            return;
        }
        plan.looked = false;
        if (plan.said.isEmpty() && plan.sent == null && plan.fact.status() == null) {
            // Its members are still coming: there is nothing to say yet.
            return;
        }
        Gang.Status status = StatusText.of(plan, state);
        if (status.equals(plan.sent)) {
            plan.durable = plan.version;
            state.roomChanged |= plan.left(plan.version);
            return;
        }
        if (state.now - plan.writtenAt < PACE && onlyCounts(status, plan.sent)) {
            plan.look();
            return;
        }
        plan.writtenAt = state.now;
        plan.sent = status;
        plan.inFlight = ++state.writes;
        plan.inFlightVersion = plan.version;
        state.decide(new Decision.WriteStatus(
                plan.fact.namespace(), plan.fact.name(), plan.fact.version(), plan.inFlight, status));
    }

    /// While hundreds of members are bound one after the other, only their number changes.
    private static boolean onlyCounts(Gang.Status status, Gang.@Nullable Status sent) {
        return sent != null
                && sent.phase() == status.phase()
                && sent.attempt() == status.attempt()
                && sent.epoch() == status.epoch()
                && Objects.equals(sent.ended(), status.ended())
                && Objects.equals(sent.slots(), status.slots())
                && Objects.equals(sent.reason(), status.reason())
                && !Objects.equals(sent.ready(), status.ready());
    }

    void written(Event.Written written) {
        Plan plan = state.plans.get(written.namespace() + "/" + written.name());
        if (plan == null || plan.inFlight != written.number()) {
            return;
        }
        plan.inFlight = 0;
        plan.look();
        if (written.version().isEmpty()) {
            plan.sent = null;
            plan.retryAt = state.now + 1000;
            plan.refused = written.invalid() ? plan.refused + 1 : 0;
            if (plan.refused >= HOPELESS) {
                setAside(plan);
            }
            return;
        }
        plan.refused = 0;
        GangFact old = plan.fact;
        plan.fact = new GangFact(
                old.namespace(),
                old.name(),
                old.uid(),
                written.version(),
                old.created(),
                old.controller(),
                old.spec(),
                plan.sent);
        state.roomChanged |= !plan.fenced;
        plan.fenced = true;
        boolean before = plan.isDurable();
        plan.durable = plan.inFlightVersion;
        state.roomChanged |= plan.left(plan.inFlightVersion) || plan.phase == Gang.Phase.Releasing;
        if (state.leading && plan.isDurable()) {
            if (!before) {
                poke(plan);
            }
            progress.mark(plan);
        }
    }

    /// Nobody's write of it is taken: the leader before us cannot change it either, and the others need not wait for
    /// it.
    private void setAside(Plan plan) {
        plan.retryAt = state.now + SLOWLY;
        plan.restUntil = plan.retryAt + SLOWLY;
        state.roomChanged |= !plan.fenced;
        plan.fenced = true;
    }

    /// Steered pods that were refused are asked about again only when something of them changes.
    private void poke(Plan plan) {
        for (PodFact pod : state.membersOf(plan)) {
            if (pod.vetoed() && !pod.bound() && !pod.gated() && !pod.terminating() && steered(pod)) {
                state.decide(new Decision.Touch(pod, Map.of(Progress.EPOCH, state.epoch + "." + plan.version)));
            }
        }
    }

    private static boolean steered(PodFact pod) {
        PodFact.Member member = pod.member();
        return member != null && member.steered();
    }
}
