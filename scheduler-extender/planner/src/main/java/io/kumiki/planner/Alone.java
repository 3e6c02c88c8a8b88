package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Pods without a gang as gangs of one, for those who only look: queue, explanations and forecast are then the same
/// for both. The planner itself places them by other means ([Singles]).
public final class Alone {
    /// No gang can be called so.
    private static final String MARK = "pod ";

    private static final String CLASS = "pod";

    private Alone() {}

    static String named(String pod) {
        return MARK + pod;
    }

    /// Of the pod as a gang of one.
    static String key(PodFact pod) {
        return pod.namespace() + "/" + named(pod.name());
    }

    public static boolean is(GangFact fact) {
        return fact.name().startsWith(MARK);
    }

    /// @param key `namespace/name`
    public static boolean is(String key) {
        return key.startsWith(MARK, key.indexOf('/') + 1);
    }

    /// As its object is called.
    public static String shown(String name) {
        return name.startsWith(MARK) ? name.substring(MARK.length()) : name;
    }

    /// Whether only the scheduler judges where it may go ([Led]): when it starts cannot be foreseen, nor what would
    /// help.
    static boolean isLed(Plan plan, State state) {
        SingleFact single = is(plan.fact) ? state.singles.get(plan.fact.uid()) : null;
        return single != null && single.led();
    }

    /// Adds them to a state that only this scene will read.
    static void join(State state) {
        List.copyOf(state.singles.values()).stream()
                .filter(single -> Singles.waits(single) || Led.waits(single))
                .map(Alone::waiting)
                .forEach(plan -> state.plans.put(plan.fact.key(), plan));
        Map<Map<String, Long>, Gang.Members> shapes = new HashMap<>();
        for (RunFact run : List.copyOf(state.runs.values())) {
            PodFact pod = state.pods.get(run.uid());
            if (pod != null && State.takes(pod)) {
                Gang.Members shape = shapes.computeIfAbsent(pod.requests(), Alone::shape);
                Plan plan = running(pod, run, shape);
                state.see(pod.as(new PodFact.Member(plan.fact.name(), CLASS, 0, plan.reservation(), false)));
                state.plans.put(plan.fact.key(), plan);
            }
        }
    }

    private static Plan waiting(SingleFact single) {
        PodFact pod = single.pod();
        var plan = new Plan(fact(single));
        plan.why = single.why();
        plan.said = single.clauses();
        return plan;
    }

    private static Plan running(PodFact pod, RunFact run, Gang.Members shape) {
        var plan = new Plan(fact(pod, shape, run.priority(), run.created(), run.expectedSeconds()));
        plan.phase = pod.terminating() ? Gang.Phase.Releasing : Gang.Phase.Running;
        plan.startedSecond = run.started();
        plan.where = pod.node();
        plan.say(Why.Started, new Clause.AllBound(1));
        var row = new Plan.Row(shape);
        row.nodes.add(pod.node());
        row.devices.add(pod.devices());
        plan.rows.add(row);
        plan.reservation();
        return plan;
    }

    static GangFact fact(SingleFact single) {
        return fact(single.pod(), single.shape(), single.priority(), single.created(), single.expectedSeconds());
    }

    static GangFact fact(
            PodFact pod,
            Gang.Members shape,
            int priority,
            long created,
            @org.jspecify.annotations.Nullable Long seconds) {
        var spec = new Gang.Spec(0, true, List.of(shape), null, null, null, priority, seconds, null, null);
        return new GangFact(
                pod.namespace(), named(pod.name()), pod.uid(), pod.version(), created, pod.controller(), spec, null);
    }

    private static Gang.Members shape(Map<String, Long> requests) {
        Map<String, String> quantities = new TreeMap<>();
        requests.forEach((resource, amount) ->
                quantities.put(resource, resource.equals("cpu") ? amount + "m" : Long.toString(amount)));
        return new Gang.Members(CLASS, 1, 1, 0, quantities, null, null, null);
    }
}
