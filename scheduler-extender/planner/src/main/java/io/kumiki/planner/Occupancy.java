package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which pod is in which slot of a gang, now, and how many of its members are how. Counted once for each version of
/// its slots and kept from then on: [State] tells of every pod that changes, [Plan] of bindings on their way.
final class Occupancy {
    private final State state;
    private final Plan plan;
    private final int version;
    /// Per row and index; null for an empty slot. A pod that works is preferred to one that is going.
    private final List<@Nullable PodFact[]> pods = new ArrayList<>();
    /// By row: members that work or did their work, or whose binding is on its way; and those that work.
    private final int[] there;
    private final int[] work;
    private int seated;
    /// By row, without those that failed.
    private final int[] present;
    /// Pods whose slot is another's: they can never be bound.
    private final Set<String> extra = new HashSet<>();
    private int succeeded;
    private int ended;
    /// Of all members, in a slot or not.
    private int gated;
    private int vetoed;
    private int foreign;
    /// Two pods claim one slot: who is left when one goes is found out by counting anew.
    private boolean crowded;
    /// Pods that changed since somebody looked at those that are held; null for all of them.
    private @Nullable Set<String> changed;
    /// Of the state's changes of nodes: when it was found out whether some slot's node is lost.
    private long nodesAt = -1;
    private boolean onLostNode;
    private @Nullable List<Gang.Slots> told;

    private Occupancy(Plan plan, State state) {
        this.plan = plan;
        this.state = state;
        this.version = plan.version;
        this.there = new int[plan.rows.size()];
        this.work = new int[plan.rows.size()];
        this.present = new int[plan.rows.size()];
        plan.rows.forEach(row -> pods.add(new PodFact[row.nodes.size()]));
        for (PodFact pod : state.membersOf(plan)) {
            add(pod);
        }
    }

    static Occupancy of(Plan plan, State state) {
        Occupancy known = known(plan);
        if (known != null && known.state == state) {
            return known;
        }
        Occupancy counted = counted(plan, state);
        if (state.live) {
            plan.occupancy = counted;
        }
        return counted;
    }

    /// What was counted for the slots as they are; null for nothing.
    static @Nullable Occupancy known(Plan plan) {
        Occupancy known = plan.occupancy;
        return known != null && known.version == plan.version ? known : null;
    }

    /// From the pods alone.
    static Occupancy counted(Plan plan, State state) {
        return new Occupancy(plan, state);
    }

    /// A member that came, or as it is now.
    void seen(PodFact pod) {
        int row = plan.rowOf(pod);
        if (row >= 0 && pods.get(row)[index(pod)] != null) {
            plan.occupancy = null;
            return;
        }
        add(pod);
        changed(pod.uid());
    }

    /// A member that is gone, or as it was before.
    void gone(PodFact pod) {
        if (crowded) {
            plan.occupancy = null;
            return;
        }
        count(pod, -1);
        int row = plan.rowOf(pod);
        if (row >= 0) {
            pods.get(row)[index(pod)] = null;
        }
        changed(pod.uid());
    }

    /// @param more 1 where its binding is on its way now, -1 where it is not any more
    void binding(String uid, int more) {
        if (crowded) {
            plan.occupancy = null;
            return;
        }
        PodFact pod = state.pods.get(uid);
        int row = pod == null ? -1 : plan.rowOf(pod);
        PodFact in = pod == null || row < 0 ? null : pods.get(row)[index(pod)];
        if (in != null && in.uid().equals(uid) && !isThere(in)) {
            there[row] += more;
        }
    }

    private void add(PodFact pod) {
        int row = plan.rowOf(pod);
        PodFact in = row < 0 ? null : pods.get(row)[index(pod)];
        crowded |= in != null;
        if (in != null && rank(pod) <= rank(in)) {
            ofAll(pod, 1);
            exceed(pod);
            return;
        }
        if (in != null) {
            inSlot(row, in, -1);
            exceed(in);
        }
        count(pod, 1);
        if (row >= 0) {
            pods.get(row)[index(pod)] = pod;
        }
    }

    private void exceed(PodFact pod) {
        if (!pod.terminating() && !pod.stage().ended()) {
            extra.add(pod.uid());
        }
    }

    private void count(PodFact pod, int more) {
        ofAll(pod, more);
        int row = plan.rowOf(pod);
        if (row >= 0) {
            inSlot(row, pod, more);
        }
    }

    private void ofAll(PodFact pod, int more) {
        gated += pod.gated() ? more : 0;
        vetoed += pod.vetoed() ? more : 0;
        foreign += plan.isForeign(pod) ? more : 0;
    }

    private void inSlot(int row, PodFact pod, int more) {
        seated += more;
        present[row] += pod.stage() == PodFact.Stage.FAILED ? 0 : more;
        succeeded += pod.stage() == PodFact.Stage.SUCCEEDED ? more : 0;
        ended += pod.stage().ended() ? more : 0;
        work[row] += pod.working() ? more : 0;
        there[row] += isThere(pod) || plan.binding.containsKey(pod.uid()) ? more : 0;
    }

    private static boolean isThere(PodFact pod) {
        return pod.working() || pod.stage() == PodFact.Stage.SUCCEEDED;
    }

    private static int index(PodFact pod) {
        return Objects.requireNonNull(pod.member()).index();
    }

    private int rank(PodFact pod) {
        if (pod.stage().ended()) {
            return pod.stage() == PodFact.Stage.FAILED ? 0 : 3;
        }
        if (pod.working() || plan.binding.containsKey(pod.uid())) {
            return 4;
        }
        return pod.terminating() ? 1 : 2;
    }

    /// To be asked about by [#isChanged].
    void changed(String uid) {
        if (changed != null) {
            changed.add(uid);
        }
    }

    boolean isChanged(String uid) {
        return changed == null || changed.contains(uid);
    }

    /// All that changed until now has been looked at.
    void lookedAt() {
        changed = new HashSet<>();
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

    /// Whether the node of some slot is gone or cannot be used.
    boolean isOnLostNode() {
        if (nodesAt != state.nodeChanges()) {
            nodesAt = state.nodeChanges();
            onLostNode = plan.rows.stream().flatMap(row -> row.nodes.stream()).anyMatch(state::isLost);
        }
        return onLostNode;
    }

    /// As the Gang's status names them.
    List<Gang.Slots> told() {
        List<Gang.Slots> known = told;
        if (known == null) {
            known = plan.rows.stream().map(Plan.Row::told).toList();
            told = known;
        }
        return known;
    }

    boolean any() {
        return seated > 0;
    }

    /// Members that are there in some way, and have not failed.
    int present(int row) {
        return present[row];
    }

    /// Whether nobody is in the slot who may still do its work.
    boolean isVacant(int row, int slot) {
        PodFact pod = pods.get(row)[slot];
        return pod == null || pod.stage() == PodFact.Stage.FAILED;
    }

    BitSet vacant(int row) {
        var vacant = new BitSet();
        for (int i = 0; i < pods.get(row).length; i++) {
            vacant.set(i, isVacant(row, i));
        }
        return vacant;
    }

    /// Whether another pod has its slot.
    boolean isExtra(String uid) {
        return extra.contains(uid);
    }

    /// Members that work or did their work, or whose binding is on its way.
    int there(int row) {
        return there[row];
    }

    boolean works(int row) {
        return work[row] > 0;
    }

    int working() {
        int sum = 0;
        for (int each : work) {
            sum += each;
        }
        return sum;
    }

    int succeeded() {
        return succeeded;
    }

    /// Neither succeeded nor failed.
    int running() {
        return seated - ended;
    }

    /// Members behind their gate, in a slot or not.
    boolean anyGated() {
        return gated > 0;
    }

    boolean anyVetoed() {
        return vetoed > 0;
    }

    /// Members that were made for slots that are gone, or another's.
    boolean anyForeign() {
        return foreign > 0 || !extra.isEmpty();
    }

    int thereInAll() {
        int sum = 0;
        for (int each : there) {
            sum += each;
        }
        return sum;
    }

    boolean complete(int row) {
        return there(row) >= plan.rows.get(row).members.min();
    }

    boolean complete() {
        for (int r = 0; r < there.length; r++) {
            if (!complete(r)) {
                return false;
            }
        }
        return true;
    }

    /// The first wave that is not complete; after the last one, where all are.
    int wave() {
        int wave = Integer.MAX_VALUE;
        for (int r = 0; r < there.length; r++) {
            if (!complete(r)) {
                wave = Math.min(wave, plan.rows.get(r).members.wave());
            }
        }
        return wave;
    }

    /// Everything that is counted.
    @Override
    public String toString() {
        var text = new StringBuilder("seated " + seated + ", succeeded " + succeeded + ", ended " + ended + ", gated "
                + gated + ", vetoed " + vetoed + ", foreign " + foreign + ", lost node " + isOnLostNode());
        for (int r = 0; r < there.length; r++) {
            text.append(", there " + there[r] + ", work " + work[r]);
            for (PodFact pod : pods.get(r)) {
                text.append(' ').append(pod == null ? "-" : pod.uid() + "/" + pod.version() + "/" + pod.node());
            }
        }
        return text.toString();
    }
}
