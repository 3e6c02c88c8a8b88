package io.kumiki.planner;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.GangPlacement;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Ordinary pods (without devices) of lower priority that make way for slots, where no other node will do. Only pods
/// that are made anew elsewhere are asked, by the Eviction API.
final class Yielding {
    /// @param until nobody asks any more
    private record Asked(String gang, long until, long at) {}

    private final State state;
    private final Departures departures;
    private final SortedMap<String, Asked> asked = new TreeMap<>();

    Yielding(State state) {
        this.state = state;
        this.departures = new Departures(state);
    }

    static boolean yields(PodFact pod, int priority) {
        Integer own = pod.yields();
        return own != null && isLower(own, priority) && State.takes(pod);
    }

    private static boolean isLower(int own, int priority) {
        return own < priority;
    }

    private List<PodFact> candidates(String node, int priority) {
        return state.onNode.getOrDefault(node, new TreeMap<>()).values().stream()
                .filter(pod -> yields(pod, priority))
                .sorted(Comparator.comparingInt((PodFact pod) -> Objects.requireNonNullElse(pod.yields(), 0))
                        .thenComparing(PodFact::uid))
                .toList();
    }

    /// Asks those to leave that are in the way of the whole gang. True where that will make room.
    boolean makeRoom(Plan plan, Room room, Charges charges) {
        int priority = plan.fact.spec().priority();
        if (state.yielding.headMap(priority).isEmpty()) {
            return false;
        }
        ClusterView later = room.view.copy();
        boolean any = false;
        for (int n = 0; n < room.nodes.size(); n++) {
            for (PodFact pod : candidates(room.nodes.get(n).name(), priority)) {
                later.release(Shape.demand(pod.requests()), n, new int[0]);
                any = true;
            }
        }
        if (!any || !(room.place(plan.fact, later, new BitSet()) instanceof GangPlacement.Placed placed)) {
            return false;
        }
        List<Plan.Row> rows = room.rows(plan.fact, placed);
        SortedMap<String, Lack> lacks = new TreeMap<>();
        for (Plan.Row row : rows) {
            Demand demand = Shape.demand(row.amounts);
            row.nodes.forEach(
                    node -> lacks.computeIfAbsent(node, _ -> new Lack()).add(demand));
        }
        List<PodFact> leaving = new ArrayList<>();
        for (var lack : lacks.entrySet()) {
            lack.getValue().less(room.view.free(Objects.requireNonNull(room.index.get(lack.getKey()))));
            List<PodFact> some = enough(lack.getKey(), lack.getValue(), priority);
            if (some == null) {
                return false;
            }
            leaving.addAll(some);
        }
        if (leaving.isEmpty()) {
            return false;
        }
        List<Clause> before = departures.await(plan.fact, Claims.of(plan.fact, state, charges));
        if (!before.isEmpty()) {
            plan.say(Why.Preempting, before);
            return true;
        }
        long until = state.now + state.options.earmark();
        state.earmarks.put(plan.fact.key(), rows, until, false);
        ask(plan, leaving, until);
        plan.say(Why.Preempting, new Clause.PodsMakeWay(leaving.size()));
        return true;
    }

    /// Asks those to leave that are in the way of one slot, on its own node. How many; 0 where that would not help.
    int makeWay(Plan plan, String node, long until) {
        Room room = Room.now(state, "");
        Integer n = room.index.get(node);
        NodeFact fact = state.nodes.get(node);
        if (n == null || fact == null || !fact.usable()) {
            return 0;
        }
        var lack = new Lack();
        lack.less(room.view.free(n));
        // What is kept free for the unforeseen may be used by it.
        lack.cpu -= state.options.reserveCpuMilli();
        lack.memory -= state.options.reserveMemoryMib();
        List<PodFact> leaving = enough(node, lack, plan.fact.spec().priority());
        if (leaving == null) {
            return 0;
        }
        ask(plan, leaving, until);
        return leaving.size();
    }

    /// Lowest priority first, and none that is not needed; null where all of them are too few.
    private @Nullable List<PodFact> enough(String node, Lack lack, int priority) {
        List<PodFact> chosen = new ArrayList<>();
        for (PodFact pod : candidates(node, priority)) {
            if (lack.none()) {
                break;
            }
            if (lack.helps(pod)) {
                chosen.add(pod);
                lack.take(pod, 1);
            }
        }
        if (!lack.none()) {
            return null;
        }
        for (PodFact pod : List.copyOf(chosen).reversed()) {
            lack.take(pod, -1);
            if (lack.none()) {
                chosen.remove(pod);
            } else {
                lack.take(pod, 1);
            }
        }
        return chosen;
    }

    private void ask(Plan plan, List<PodFact> pods, long until) {
        for (PodFact pod : pods) {
            asked.put(pod.uid(), new Asked(plan.fact.key(), until, state.now));
            state.decide(new Decision.EvictPod(pod, "makes way for gang " + plan.fact.key()));
        }
    }

    void tick() {
        asked.entrySet().removeIf(entry -> {
            PodFact pod = state.pods.get(entry.getKey());
            return pod == null || !State.takes(pod) || entry.getValue().until() <= state.now;
        });
        asked.replaceAll((uid, before) -> {
            if (!state.leading || state.now - before.at() < state.options.repeat()) {
                return before;
            }
            state.decide(new Decision.EvictPod(
                    Objects.requireNonNull(state.pods.get(uid)), "makes way for gang " + before.gang()));
            return new Asked(before.gang(), before.until(), state.now);
        });
    }

    /// A disruption budget keeps the pod. For whom it was to make way; null where it was not asked.
    @Nullable
    Plan waiting(String uid) {
        Asked of = asked.get(uid);
        return of == null ? null : state.plans.get(of.gang());
    }

    /// What is missing on a node; what is there in plenty is less than nothing.
    private static final class Lack {
        private long cpu;
        private long memory;
        private long pods;
        private final Map<String, Long> extended = new TreeMap<>();

        void add(Demand demand) {
            cpu += demand.cpuMilli();
            memory += demand.memoryMib();
            pods++;
            demand.extended().forEach((resource, amount) -> extended.merge(resource, amount, Long::sum));
        }

        void less(ClusterView.Free free) {
            cpu -= free.cpuMilli();
            memory -= free.memoryMib();
            pods -= free.pods();
            free.extended().forEach((resource, amount) -> extended.merge(resource, -amount, Long::sum));
        }

        boolean none() {
            return cpu <= 0
                    && memory <= 0
                    && pods <= 0
                    && extended.values().stream().allMatch(amount -> amount <= 0);
        }

        boolean helps(PodFact pod) {
            Demand demand = Shape.demand(pod.requests());
            return (cpu > 0 && demand.cpuMilli() > 0)
                    || (memory > 0 && demand.memoryMib() > 0)
                    || pods > 0
                    || demand.extended().entrySet().stream()
                            .anyMatch(each -> each.getValue() > 0 && extended.getOrDefault(each.getKey(), 0L) > 0);
        }

        /// @param sign 1 when the pod leaves, -1 when it stays all the same
        void take(PodFact pod, int sign) {
            Demand demand = Shape.demand(pod.requests());
            cpu -= (long) sign * demand.cpuMilli();
            memory -= (long) sign * demand.memoryMib();
            pods -= sign;
            demand.extended().forEach((resource, amount) -> extended.merge(resource, -sign * amount, Long::sum));
        }
    }
}
