package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.BackfillPlanner;
import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.GangPlacement;
import io.kumiki.placement.Preemption;
import io.kumiki.quota.Admission;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lets waiting gangs start: highest priority first, then oldest. The first that finds no room keeps the nodes on
/// which it will start; whoever comes after it may use them only if it ends before.
final class Placing {
    static final int MOST_SLOTS = 5000;
    static final int MOST_STATUS = 200 * 1024;

    private final State state;
    private final Progress progress;

    Placing(State state, Progress progress) {
        this.state = state;
        this.progress = progress;
    }

    private record Kept(String gang, long start, BitSet nodes) {}

    void pass() {
        state.roomChanged = false;
        state.promises.values().removeIf(promise -> promise.until() <= state.now);
        List<Plan> queue = state.plans.values().stream()
                .filter(plan -> plan.phase == Gang.Phase.Waiting && !plan.ended)
                .sorted(Comparator.comparingInt((Plan plan) -> -plan.fact.spec().priority())
                        .thenComparingLong(plan -> plan.fact.created())
                        .thenComparing(plan -> plan.fact.key()))
                .toList();
        if (queue.isEmpty()) {
            return;
        }
        Room room = Room.now(state, "");
        var charges = new Charges(state);
        Kept kept = null;
        for (Plan plan : queue) {
            if (!mayBePlaced(plan, room, charges)) {
                continue;
            }
            boolean promised = state.promises.containsKey(plan.fact.key());
            Room own = promised ? Room.now(state, plan.fact.key()) : room;
            BitSet avoided = kept == null || endsBefore(plan, kept.start()) ? new BitSet() : kept.nodes();
            GangPlacement answer = own.place(plan.fact, own.view, avoided);
            if (answer instanceof GangPlacement.Placed placed) {
                if (reserve(plan, own, placed, charges)) {
                    room = promised ? Room.now(state, "") : room;
                }
                continue;
            }
            refuse(plan, answer, kept, avoided);
            if (answer instanceof GangPlacement.Waiting && kept == null) {
                if (!promised && preempt(plan, own)) {
                    room = Room.now(state, "");
                } else {
                    kept = keep(plan, own);
                }
            }
        }
    }

    private boolean endsBefore(Plan plan, long start) {
        Long expected = plan.fact.spec().expectedSeconds();
        return expected != null && state.second + expected <= start;
    }

    /// What is asked before the cluster is looked at.
    private boolean mayBePlaced(Plan plan, Room room, Charges charges) {
        String wrong = wrong(plan.fact, room);
        if (wrong != null) {
            return say(plan, Why.InvalidSpec, wrong);
        }
        int[] exist = existing(plan);
        int[] toCome = new int[exist.length];
        int missing = 0;
        for (int c = 0; c < exist.length; c++) {
            toCome[c] = Math.max(0, plan.fact.spec().classes().get(c).min() - exist[c]);
            missing += toCome[c];
        }
        String namespace = missing == 0 ? null : charges.namespaceRefusal(plan.fact, toCome);
        if (plan.fact.spec().gated() && missing > 0) {
            plan.missingSince = plan.missingSince < 0 ? state.now : plan.missingSince;
            int wanted = plan.fact.spec().classes().stream()
                    .mapToInt(Gang.Members::min)
                    .sum();
            return namespace != null && state.now - plan.missingSince >= 10_000
                    ? say(plan, Why.NamespaceQuota, namespace)
                    : say(plan, Why.MembersMissing, (wanted - missing) + " of " + wanted + " pods exist");
        }
        plan.missingSince = -1;
        if (namespace != null) {
            return say(plan, Why.NamespaceQuota, namespace);
        }
        Admission.Refused refused = charges.refusalOfMinimum(plan.fact);
        return refused == null || say(plan, code(refused), Words.of(refused));
    }

    private static boolean say(Plan plan, Why why, String message) {
        plan.say(why, message);
        return false;
    }

    private static Why code(Admission.Refused refused) {
        return switch (refused.why()) {
            case AboveLimit -> Why.QuotaLimit;
            case NothingLeftToBorrow -> Why.QuotaBorrowing;
        };
    }

    private static @Nullable String wrong(GangFact gang, Room room) {
        try {
            for (String level :
                    java.util.Arrays.asList(gang.spec().required(), gang.spec().preferred())) {
                if (level != null && room.topology.level(level) < 0) {
                    return "the topology has no level '" + level + "'; it has " + room.topology.levels();
                }
            }
            List<Gang.Members> classes = gang.spec().classes();
            if (classes.stream().map(Gang.Members::name).distinct().count() < classes.size()) {
                return "two classes have the same name";
            }
            if (classes.stream().mapToLong(Gang.Members::max).sum() > MOST_SLOTS) {
                return "a gang has at most " + MOST_SLOTS + " members";
            }
            if (classes.stream().anyMatch(c -> c.min() < 0 || c.max() < Math.max(1, c.min()))) {
                return "each class wants 0 ≤ min ≤ max and max ≥ 1";
            }
            Room.spec(gang);
            return null;
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// Pods of the gang by class that could still start.
    private int[] existing(Plan plan) {
        List<Gang.Members> classes = plan.fact.spec().classes();
        int[] exist = new int[classes.size()];
        for (PodFact pod : state.membersOf(plan)) {
            PodFact.Member member = java.util.Objects.requireNonNull(pod.member());
            if (pod.gated() && !pod.terminating() && !pod.stage().ended()) {
                for (int c = 0; c < exist.length; c++) {
                    exist[c] += classes.get(c).name().equals(member.className()) ? 1 : 0;
                }
            }
        }
        return exist;
    }

    private boolean reserve(Plan plan, Room room, GangPlacement.Placed placed, Charges charges) {
        List<Plan.Row> rows = room.rows(plan.fact, placed);
        Admission.Refused refused = charges.refusal(plan.fact, rows);
        if (refused != null) {
            // What is wanted above the minimum must not keep the minimum from starting.
            rows.forEach(Plan.Row::trimToMinimum);
            refused = charges.refusal(plan.fact, rows);
        }
        if (refused != null) {
            return say(plan, code(refused), Words.of(refused));
        }
        if (rows.stream()
                        .flatMap(row -> row.nodes.stream())
                        .mapToLong(name -> name.length() + 3)
                        .sum()
                > MOST_STATUS) {
            return say(plan, Why.InvalidSpec, "its list of nodes would be larger than " + MOST_STATUS + " bytes");
        }
        charges.charge(plan.fact, rows);
        room.take(rows);
        state.promises.remove(plan.fact.key());
        plan.rows.clear();
        plan.rows.addAll(rows);
        plan.attempt = plan.fact.spec().attempt();
        plan.phase = Gang.Phase.Reserved;
        plan.reservedAt = state.now;
        plan.progressAt = state.now;
        plan.asked.clear();
        plan.version++;
        String domain = placed.domain();
        long nodes = rows.stream().flatMap(row -> row.nodes.stream()).distinct().count();
        plan.where = domain != null ? placed.level() + " " + domain : nodes + (nodes == 1 ? " node" : " nodes");
        plan.say(Why.Placed, plan.slots() + " slots on " + nodes + (nodes == 1 ? " node" : " nodes"));
        return true;
    }

    private void refuse(Plan plan, GangPlacement answer, @Nullable Kept kept, BitSet avoided) {
        switch (answer) {
            case GangPlacement.Impossible(var why) -> plan.say(Why.Impossible, Words.of(why));
            case GangPlacement.Waiting(var why) -> {
                if (kept == null || avoided.isEmpty()) {
                    plan.say(Why.NoRoom, Words.of(why));
                } else {
                    plan.say(
                            Why.KeptForOlder,
                            Words.of(why) + "; " + avoided.cardinality() + " nodes are kept for " + kept.gang()
                                    + ", which comes before it");
                }
            }
            case GangPlacement.Placed ignored -> throw new IllegalStateException("a placed gang is not refused");
        }
    }

    /// Whole gangs of lower priority, at the least lost work; simulated before anybody is told.
    private boolean preempt(Plan plan, Room room) {
        List<Preemption.Victim> candidates = new ArrayList<>();
        int[][] taken = new int[room.nodes.size()][];
        for (Plan other : state.plans.values()) {
            boolean mayGo = switch (other.phase) {
                case Reserved, Starting, Running, Repairing -> true;
                case Waiting, Releasing, Done -> false;
            };
            if (mayGo && other.fact.spec().priority() < plan.fact.spec().priority()) {
                candidates.add(new Preemption.Victim(other.fact.key(), cost(other), held(other, room, taken)));
            }
        }
        if (candidates.isEmpty()) {
            return false;
        }
        Optional<Preemption.Eviction> eviction =
                new Preemption(room.view, later -> room.place(plan.fact, later, new BitSet())).plan(candidates);
        if (eviction.isEmpty()) {
            return false;
        }
        state.promises.put(
                plan.fact.key(),
                new State.Promise(room.rows(plan.fact, eviction.get().placed()), state.now + state.options.promise()));
        List<String> names =
                eviction.get().victims().stream().map(Preemption.Victim::id).toList();
        for (String victim : names) {
            progress.end(
                    java.util.Objects.requireNonNull(state.plans.get(victim)),
                    Why.Preempted,
                    plan.fact.key() + " has priority " + plan.fact.spec().priority());
        }
        plan.say(
                Why.Preempting,
                "waits for " + String.join(", ", names) + " to leave; "
                        + Math.round(eviction.get().cost()) + " GPU-seconds of work are lost");
        return true;
    }

    private double cost(Plan plan) {
        long milli = 0;
        for (Plan.Row row : plan.rows) {
            milli += row.nodes.size() * Shape.demand(row.amounts).totalGpuMilli();
        }
        long saved = Math.max(plan.startedSecond, seconds(plan.fact.spec().lastCheckpoint()));
        Long restart = plan.fact.spec().restartSeconds();
        return Preemption.cost(
                milli, plan.startedSecond == 0 ? 0 : state.second - saved, restart == null ? 60 : restart);
    }

    private static long seconds(@Nullable String time) {
        try {
            return time == null ? 0 : java.time.Instant.parse(time).getEpochSecond();
        } catch (java.time.format.DateTimeParseException e) {
            return 0;
        }
    }

    /// The slots of a gang as the view counts them; those on nodes that are gone hold nothing.
    ///
    /// @param taken devices of each node that were not free or are another gang's already
    private List<BackfillPlanner.Held> held(Plan plan, Room room, int[][] taken) {
        List<BackfillPlanner.Held> held = new ArrayList<>();
        Occupancy there = Occupancy.of(plan, state);
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            Demand demand = Shape.demand(row.amounts);
            for (int i = 0; i < row.nodes.size(); i++) {
                if (!there.holds(r, i)) {
                    continue;
                }
                Integer n = room.index.get(row.nodes.get(i));
                int[] devices = n == null ? null : devices(demand, row.devices.get(i), n, room.view, taken);
                if (n != null && devices != null) {
                    held.add(new BackfillPlanner.Held(demand, n, devices));
                }
            }
        }
        return held;
    }

    /// The numbered devices, or any that are wholly taken: which ones is the node's own affair.
    private static int @Nullable [] devices(Demand demand, String given, int n, ClusterView view, int[][] taken) {
        if (demand.gpus() == 0) {
            return new int[0];
        }
        if (!given.isEmpty()) {
            return Room.Devices.read(given).stream().mapToInt(Integer::intValue).toArray();
        }
        int[] remnants = view.remnants(n);
        if (taken[n] == null) {
            taken[n] = remnants.clone();
        }
        int[] devices = new int[demand.gpus()];
        int found = 0;
        for (int d = 0; d < remnants.length && found < devices.length; d++) {
            if (taken[n][d] == 0) {
                taken[n][d] = ClusterView.WHOLE;
                devices[found++] = d;
            }
        }
        return found == devices.length ? devices : null;
    }

    /// The nodes on which the gang will start, as far as run times are known: gangs end one after the other on a
    /// copy until it fits.
    private @Nullable Kept keep(Plan plan, Room room) {
        List<Plan> ends = state.plans.values().stream()
                .filter(other -> other.phase.holds())
                .sorted(Comparator.comparingLong(this::expectedEnd).thenComparing(other -> other.fact.key()))
                .toList();
        ClusterView later = room.view.copy();
        int[][] taken = new int[room.nodes.size()][];
        for (Plan other : ends) {
            for (BackfillPlanner.Held held : held(other, room, taken)) {
                later.release(held.demand(), held.node(), held.devices());
            }
            if (room.place(plan.fact, later, new BitSet()) instanceof GangPlacement.Placed placed) {
                var nodes = new BitSet();
                placed.slots().forEach(row -> row.forEach(slot -> nodes.set(slot.node())));
                return new Kept(plan.fact.key(), expectedEnd(other), nodes);
            }
        }
        return null;
    }

    private long expectedEnd(Plan plan) {
        Long expected = plan.fact.spec().expectedSeconds();
        long from = plan.startedSecond == 0 ? state.second : plan.startedSecond;
        return Math.max(state.second, from + (expected == null ? state.options.usualSeconds() : expected));
    }
}
