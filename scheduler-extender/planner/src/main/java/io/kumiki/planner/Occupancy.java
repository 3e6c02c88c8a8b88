package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which pod is in which slot of a gang, now.
final class Occupancy {
    /// Per row and index; null for an empty slot. A pod that works is preferred to one that is going.
    private final List<@Nullable PodFact[]> pods = new ArrayList<>();
    private final Plan plan;
    final boolean any;

    private Occupancy(Plan plan, boolean any) {
        this.plan = plan;
        this.any = any;
    }

    static Occupancy of(Plan plan, State state) {
        boolean any = false;
        List<@Nullable PodFact[]> pods = new ArrayList<>();
        plan.rows.forEach(row -> pods.add(new PodFact[row.nodes.size()]));
        for (PodFact pod : state.membersOf(plan)) {
            if (plan.nodeOf(pod) == null) {
                continue;
            }
            PodFact.Member member = java.util.Objects.requireNonNull(pod.member());
            any = true;
            for (int r = 0; r < plan.rows.size(); r++) {
                if (plan.rows.get(r).members.name().equals(member.className())) {
                    @Nullable PodFact[] row = pods.get(r);
                    PodFact there = row[member.index()];
                    if (there == null || rank(pod) > rank(there)) {
                        row[member.index()] = pod;
                    }
                }
            }
        }
        var occupancy = new Occupancy(plan, any);
        occupancy.pods.addAll(pods);
        return occupancy;
    }

    private static int rank(PodFact pod) {
        if (pod.stage() == PodFact.Stage.SUCCEEDED) {
            return 3;
        }
        if (pod.working()) {
            return 4;
        }
        return pod.stage() == PodFact.Stage.FAILED ? 0 : pod.terminating() ? 1 : 2;
    }

    @Nullable
    PodFact at(int row, int index) {
        return pods.get(row)[index];
    }

    /// Whether the slot takes something of its node, by its pod or by the promise. The promise is over when the
    /// gang's object says that it is: whoever leads next believes the object.
    boolean holds(int row, int index) {
        PodFact pod = at(row, index);
        return pod == null
                ? plan.phase != Gang.Phase.Releasing || !plan.isDurable()
                : pod.stage() != PodFact.Stage.SUCCEEDED;
    }

    /// Whether it takes something that no bound pod accounts for.
    boolean reserves(int row, int index) {
        PodFact pod = at(row, index);
        return holds(row, index) && (pod == null || !State.takes(pod));
    }

    /// Members that work or did their work, or whose binding is on its way.
    int there(int row) {
        int there = 0;
        for (PodFact pod : pods.get(row)) {
            if (pod != null
                    && (pod.working()
                            || pod.stage() == PodFact.Stage.SUCCEEDED
                            || plan.binding.containsKey(pod.uid()))) {
                there++;
            }
        }
        return there;
    }

    boolean works(int row) {
        for (PodFact pod : pods.get(row)) {
            if (pod != null && pod.working()) {
                return true;
            }
        }
        return false;
    }

    int count(java.util.function.Predicate<PodFact> of) {
        int count = 0;
        for (@Nullable PodFact[] row : pods) {
            for (PodFact pod : row) {
                count += pod != null && of.test(pod) ? 1 : 0;
            }
        }
        return count;
    }

    int thereInAll() {
        int there = 0;
        for (int r = 0; r < pods.size(); r++) {
            there += there(r);
        }
        return there;
    }

    boolean complete(int row) {
        return there(row) >= plan.rows.get(row).members.min();
    }

    boolean complete() {
        for (int r = 0; r < pods.size(); r++) {
            if (!complete(r)) {
                return false;
            }
        }
        return true;
    }

    /// The first wave that is not complete; after the last one, where all are.
    int wave() {
        int wave = Integer.MAX_VALUE;
        for (int r = 0; r < pods.size(); r++) {
            if (!complete(r)) {
                wave = Math.min(wave, plan.rows.get(r).members.wave());
            }
        }
        return wave;
    }
}
