package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.Arrivals;
import io.kumiki.placement.Demand;
import io.kumiki.planner.fact.DaemonFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Which of the pods that come tell what is usual here.
class SingleNewsTest {
    private final State state = new State(PlannerOptions.DEFAULT);
    private final Arrivals arrivals = new Arrivals();
    private final SinglePlacing placing = new SinglePlacing(state, arrivals);
    private final SingleNews news = new SingleNews(state, placing);

    private static PodFact pod(String uid, String node, String controller, Map<String, Long> requests) {
        return new PodFact(
                uid, "ns", uid, "1", node, PodFact.Stage.RUNNING, false, false, false, controller, requests, null, "");
    }

    private void node(String name, Map<String, Long> amounts) {
        state.put(new NodeFact(name, true, Map.of(), List.of(), amounts));
    }

    private List<Demand> learned() {
        return List.copyOf(arrivals.learn().counts().keySet());
    }

    private void see(PodFact pod) {
        news.notice(new Event.PodSeen(pod));
        state.see(pod);
    }

    @Test
    void podsWithoutDevicesCountWhereTheyTakeTheCpuOfDevices() {
        node("gpu", Map.of("cpu", 16_000L, "memory", 64L << 30, "nvidia.com/gpu", 8L));
        node("plain", Map.of("cpu", 16_000L, "memory", 64L << 30));
        state.leading = true;
        Map<String, Long> two = Map.of("cpu", 2000L);
        see(pod("a", "", "", Map.of("cpu", 1000L)));
        see(pod("b", "plain", "", Map.of("cpu", 3000L)));
        see(pod("c", "", "", two));
        assertThat(learned()).isEmpty();
        see(pod("c", "gpu", "", two));
        see(pod("c", "gpu", "", two));
        assertThat(arrivals.learn().counts()).containsOnlyKeys(new Demand(2000, 0, 0, 0, List.of()));
        see(pod("d", "gpu", "", Map.of("cpu", 1000L, "nvidia.com/gpu", 1L)));
        assertThat(learned()).as("asked us when it came").hasSize(1);
    }

    @Test
    void daemonsAreThereAlready() {
        node("gpu", Map.of("cpu", 16_000L, "memory", 64L << 30, "nvidia.com/gpu", 8L));
        Map<String, String> requests = Map.of("cpu", "1");
        var daemon = new DaemonFact("d", "ns", "d", members(requests, null, null));
        state.daemons.seen(daemon, state.nodes.values());
        see(pod("a", "gpu", "d", Map.of("cpu", 1000L)));
        assertThat(learned()).isEmpty();
    }

    private static Gang.Members members(
            Map<String, String> requests, @Nullable Map<String, String> selector, @Nullable List<Gang.Term> terms) {
        return new Gang.Members("pod", 1, 1, 0, requests, selector, terms, null);
    }

    private static Gang.Term term(String key, String... values) {
        return new Gang.Term(List.of(new Gang.Requirement(key, "In", List.of(values))));
    }

    @Test
    void aTypeThatIsAskedForIsLearned() {
        Map<String, String> one = Map.of("nvidia.com/gpu", "1");
        placing.learn(members(one, Map.of(Shape.TYPE, "H100"), null), 1);
        placing.learn(members(one, null, List.of(term(Shape.TYPE, "A100"), term(Shape.TYPE, "L40S"))), 1);
        placing.learn(members(one, null, List.of(term(Shape.TYPE, "A100"), term("zone", "z"))), 1);
        placing.learn(members(Map.of("cpu", "1"), Map.of(Shape.TYPE, "H100"), null), 1);
        assertThat(learned().stream().map(Demand::models))
                .containsExactlyInAnyOrder(List.of("H100"), List.of("A100", "L40S"), List.of(), List.of());
    }

    @Test
    void whatWasNeverAskedForInRightTermsIsNotLearned() {
        placing.learn(members(Map.of("nvidia.com/gpu", "1", Shape.MILLI, "500"), null, null), 1);
        assertThat(learned()).isEmpty();
    }
}
