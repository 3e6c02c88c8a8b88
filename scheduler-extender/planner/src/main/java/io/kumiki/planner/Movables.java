package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.Preemption;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Work that its owner lets be moved: whole gangs that run, and single pods one by one; never that of higher priority,
/// what was moved not long ago, or what disruption budgets keep.
final class Movables {
    private final State state;
    private final Holdings holdings;

    Movables(State state) {
        this.state = state;
        this.holdings = new Holdings(state);
    }

    /// @param fact what it wants of the place it goes to; a single pod as a gang of one
    /// @param pod of a single pod; null for a gang
    /// @param controller makes it anew
    /// @param restart seconds
    record Work(
            Preemption.Victim victim,
            GangFact fact,
            @Nullable PodFact pod,
            String controller,
            long restart) {
        /// A single pod has no name of its own in its next life.
        String key() {
            return pod == null ? fact.key() : MovedPlaces.key(pod.uid());
        }

        long milli() {
            return victim.held().stream()
                    .mapToLong(held -> held.demand().totalGpuMilli())
                    .sum();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Work work && key().equals(work.key());
        }

        @Override
        public int hashCode() {
            return key().hashCode();
        }
    }

    /// Cheapest first for what they hold. All of them may leave at once, as budgets stand now, and be made anew
    /// meanwhile.
    List<Work> of(int priority, Room room) {
        int[][] taken = new int[room.nodes.size()][];
        List<Work> all = new ArrayList<>();
        for (Plan plan : state.plans.values()) {
            if (mayMove(plan) && notAbove(plan.fact.spec().priority(), priority) && rested(plan.fact.key())) {
                add(all, work(plan, room, taken));
            }
        }
        for (RunFact run : state.runs.values()) {
            PodFact pod = state.pods.get(run.uid());
            RunFact.Movable movable = run.movable();
            if (pod != null
                    && movable != null
                    && mayMove(pod)
                    && notAbove(run.priority(), priority)
                    && rested(run.uid())) {
                add(all, work(pod, run, movable, room, taken));
            }
        }
        all.sort(Comparator.comparingDouble((Work work) -> work.victim().cost() / work.milli())
                .thenComparing(Work::key));
        BudgetSpare spare = state.budgets.spare();
        all.removeIf(work -> !spare.take(work.fact().namespace(), labels(work)));
        var anew = new NamespaceSpare(state);
        all.removeIf(work -> !anew.fits(work.fact()));
        return all;
    }

    private static void add(List<Work> all, Work work) {
        if (work.milli() > 0) {
            all.add(work);
        }
    }

    private Work work(Plan plan, Room room, int[][] taken) {
        Long restart = plan.fact.spec().restartSeconds();
        return new Work(
                new Preemption.Victim(plan.fact.key(), Evictions.cost(plan, state), holdings.of(plan, room, taken)),
                plan.fact,
                null,
                plan.fact.controller(),
                restart == null ? Victims.RESTART : restart);
    }

    private Work work(PodFact pod, RunFact run, RunFact.Movable movable, Room room, int[][] taken) {
        Long restart = run.restartSeconds();
        return new Work(
                new Preemption.Victim(run.uid(), Victims.cost(pod, run, state), holdings.of(pod, room, taken)),
                Alone.fact(pod, movable.shape(), run.priority(), run.created(), run.expectedSeconds()),
                pod,
                movable.controller(),
                restart == null ? Victims.RESTART : restart);
    }

    /// Whole, and somebody makes its pods anew.
    private boolean mayMove(Plan plan) {
        return allowed(plan)
                && plan.phase == Gang.Phase.Running
                && plan.fenced
                && plan.binding.isEmpty()
                && !plan.fact.controller().isEmpty()
                && plan.fact.spec().attempt() == plan.attempt
                && Occupancy.of(plan, state).complete();
    }

    private static boolean allowed(Plan plan) {
        return Boolean.TRUE.equals(plan.fact.spec().movable());
    }

    private boolean mayMove(PodFact pod) {
        return pod.working() && !state.leaving.containsKey(pod.uid());
    }

    private static boolean notAbove(int priority, int winner) {
        return priority <= winner;
    }

    private boolean rested(String key) {
        return !state.movedAt.containsKey(key);
    }

    /// Of each pod that leaves with it.
    private List<Map<String, String>> labels(Work work) {
        if (work.pod() != null) {
            RunFact run = state.runs.get(work.pod().uid());
            RunFact.Movable movable = run == null ? null : run.movable();
            return movable == null ? List.of() : List.of(movable.labels());
        }
        Plan plan = Objects.requireNonNull(state.plans.get(work.fact().key()));
        List<Map<String, String>> labels = new ArrayList<>();
        for (PodFact pod : state.membersOf(plan)) {
            PodFact.Member member = pod.member();
            if (member != null && pod.working()) {
                labels.add(member.labels());
            }
        }
        return labels;
    }
}
