package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import java.util.HashMap;
import java.util.Map;

/// What the leading planner has promised in its own memory, before anybody else can see it.
final class Promises {
    private Promises() {}

    /// @param quota negative for none
    static void check(State state, long quota) {
        if (!state.leading) {
            return;
        }
        Map<String, Long> gpus = new HashMap<>();
        Map<String, Long> parts = new HashMap<>();
        long inAll = 0;
        for (PodFact pod : state.pods.values()) {
            if (State.takes(pod)) {
                inAll += pod.requests().getOrDefault(Simulation.GPU, 0L);
                gpus.merge(pod.node(), pod.requests().getOrDefault(Simulation.GPU, 0L), Long::sum);
                part(parts, pod.node(), pod.devices(), pod.requests());
            }
        }
        for (Plan plan : state.plans.values()) {
            if (plan.rows.isEmpty()) {
                continue;
            }
            Occupancy there = Occupancy.of(plan, state);
            for (int r = 0; r < plan.rows.size(); r++) {
                for (int i = 0; i < plan.rows.get(r).nodes.size(); i++) {
                    PodFact pod = there.at(r, i);
                    // What is made too late for a gang that is leaving is never bound.
                    boolean reserved = plan.phase != Gang.Phase.Releasing
                            && (pod == null || (!State.takes(pod) && pod.stage() != PodFact.Stage.SUCCEEDED));
                    if (reserved) {
                        long amount = plan.rows.get(r).amounts.getOrDefault(Simulation.GPU, 0L);
                        inAll += amount;
                        Plan.Row row = plan.rows.get(r);
                        gpus.merge(row.nodes.get(i), amount, Long::sum);
                        part(parts, row.nodes.get(i), row.devices.get(i), row.amounts);
                    }
                }
            }
        }
        // Who moved has its place beside all others, from the first moment on.
        for (Earmarks.Earmark earmark : state.earmarks.all()) {
            for (Plan.Row row : earmark.moved() ? earmark.rows() : java.util.List.<Plan.Row>of()) {
                row.nodes.forEach(node -> gpus.merge(node, row.amounts.getOrDefault(Simulation.GPU, 0L), Long::sum));
            }
        }
        for (Holds.Hold hold : state.holds.all()) {
            inAll += hold.amounts().getOrDefault(Simulation.GPU, 0L);
            gpus.merge(hold.node(), hold.amounts().getOrDefault(Simulation.GPU, 0L), Long::sum);
            part(parts, hold.node(), hold.devices(), hold.amounts());
        }
        parts.forEach((device, milli) -> {
            if (milli > 1000) {
                throw new AssertionError(
                        "I2: the planner promised " + milli + " of device " + device + ": " + standing(state));
            }
        });
        for (NodeFact node : state.nodes.values()) {
            if (gpus.getOrDefault(node.name(), 0L) > node.amount(Simulation.GPU)) {
                throw new AssertionError("I2: the planner promised " + gpus.get(node.name()) + " GPUs of " + node.name()
                        + ": " + standing(state));
            }
        }
        if (quota >= 0 && inAll > quota) {
            throw new AssertionError("I3: " + inAll + " GPUs are promised, the limit is " + quota);
        }
    }

    private static void part(Map<String, Long> parts, String node, String devices, Map<String, Long> amounts) {
        if (Shape.fraction(amounts)) {
            parts.merge(node + "/" + devices, amounts.getOrDefault(Shape.MILLI, 0L), Long::sum);
        }
    }

    private static String standing(State state) {
        var text = new StringBuilder(state.holds.all().toString());
        for (Plan plan : state.plans.values()) {
            text.append('\n').append(plan.fact.key() + " " + plan.phase + " " + plan.reservation());
            plan.rows.forEach(row -> text.append(" " + row.members.name() + row.nodes));
            plan.binding.forEach((uid, call) -> text.append(" binding " + uid));
        }
        state.pods.values().forEach(pod -> text.append('\n').append(pod));
        return text.toString();
    }
}
