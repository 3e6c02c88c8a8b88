package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.words.Why;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Two nodes of one GPU each; a gang of three waits for a third one.
class CapacityTest extends OnePlanner {
    private List<Decision> node(String name) {
        return on(new Event.NodeSeen(new NodeFact(
                name, true, Map.of(), List.of(), Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, GPU, 1L))));
    }

    private List<Decision> gang(int members, int gpus, int attempt) {
        var of = new Gang.Members(
                "w", members, members, 0, Map.of("cpu", "1", GPU, Integer.toString(gpus)), null, null, null);
        var spec = new Gang.Spec(attempt, false, List.of(of), null, null, null, 0, null, null, null);
        return on(
                new Event.GangSeen(new GangFact("ns", "g", "uid", Integer.toString(version++), 1, "job", spec, null)));
    }

    private static List<Decision> asked(List<Decision> decisions) {
        return decisions.stream()
                .filter(each -> each instanceof Decision.AskCapacity || each instanceof Decision.LeaveCapacity)
                .toList();
    }

    private void begin() {
        node("a");
        node("b");
        on(new Event.Elected(1));
    }

    private Plan plan() {
        return Objects.requireNonNull(planner.state().plans.get("ns/g"));
    }

    private CapacityFact fact(CapacityFact.Stage stage, String says) {
        return new CapacityFact("ns", "g-0", "g", 0, stage, says);
    }

    @Test
    void whereNobodyServesThemNothingIsAsked() {
        begin();
        assertThat(asked(gang(3, 1, 0))).isEmpty();
    }

    @Test
    void nodesAreAskedForOnceAndTakenBackWhenItIsPlaced() {
        begin();
        on(new Event.CapacityServed());
        assertThat(asked(gang(3, 1, 0)))
                .containsExactly(new Decision.AskCapacity(
                        "ns", "g-0", "g", "uid", 0, plan().fact.spec().classes()));
        on(new Event.CapacitySeen(fact(CapacityFact.Stage.ASKED, "")));
        now += 120_000;
        assertThat(asked(on(new Event.Tick()))).isEmpty();
        assertThat(plan().message()).endsWith("; more nodes were asked for");
        on(new Event.CapacitySeen(fact(CapacityFact.Stage.FAILED, "no quota left")));
        assertThat(plan().message()).endsWith("; the autoscaler cannot provide more nodes: no quota left");
        node("c");
        assertThat(plan().phase).isEqualTo(Gang.Phase.Reserved);
        assertThat(asked(on(new Event.Tick()))).containsExactly(new Decision.LeaveCapacity("ns", "g-0"));
        assertThat(asked(on(new Event.Tick()))).isEmpty();
        now += 5_000;
        assertThat(asked(on(new Event.Tick()))).hasSize(1);
        on(new Event.CapacityGone("ns", "g-0"));
        now += 5_000;
        assertThat(asked(on(new Event.Tick()))).isEmpty();
    }

    @Test
    void aRequestThatWasNotMadeIsRepeatedAndOneOfAGangThatIsGoneIsTakenBack() {
        begin();
        on(new Event.CapacityServed());
        gang(3, 1, 0);
        now += 30_000;
        assertThat(asked(gang(4, 1, 0))).isEmpty();
        now += 30_000;
        assertThat(asked(gang(5, 1, 0))).hasSize(1);
        on(new Event.CapacitySeen(fact(CapacityFact.Stage.PROVISIONED, "")));
        on(new Event.GangGone("ns", "g"));
        assertThat(asked(on(new Event.Tick()))).containsExactly(new Decision.LeaveCapacity("ns", "g-0"));
    }

    @Test
    void afterANoItIsAskedAgainLaterEachTime() {
        begin();
        on(new Event.CapacityServed());
        gang(3, 1, 0);
        for (int minutes : List.of(10, 20, 40)) {
            on(new Event.CapacitySeen(fact(CapacityFact.Stage.ASKED, "")));
            assertThat(asked(on(new Event.Tick()))).isEmpty();
            on(new Event.CapacitySeen(
                    minutes == 20
                            ? fact(CapacityFact.Stage.EXPIRED, "")
                            : fact(CapacityFact.Stage.FAILED, "sold out")));
            assertThat(asked(on(new Event.Tick()))).isEmpty();
            now += minutes * 60_000L - 1000;
            assertThat(asked(on(new Event.Tick()))).isEmpty();
            now += 1000;
            assertThat(asked(on(new Event.Tick()))).containsExactly(new Decision.LeaveCapacity("ns", "g-0"));
            assertThat(asked(on(new Event.CapacityGone("ns", "g-0"))))
                    .hasOnlyElementsOfType(Decision.AskCapacity.class)
                    .hasSize(1);
        }
    }

    @Test
    void noNumberOfNodesHelpsAMemberThatIsTooLargeForAny() {
        begin();
        on(new Event.CapacityServed());
        assertThat(asked(gang(1, 2, 0))).isEmpty();
        assertThat(plan().why).isEqualTo(Why.Impossible);
    }
}
