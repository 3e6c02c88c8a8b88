package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.ClaimFact;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Why;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Pods that the scheduler judges by what the planner does not model, on three nodes of one GPU each.
class SteeringTest extends OnePlanner {
    @BeforeEach
    void nodes() {
        for (String zone : List.of("a", "b", "c")) {
            on(new Event.NodeSeen(new NodeFact(
                    "node-" + zone,
                    true,
                    Map.of("zone", zone),
                    List.of(),
                    Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, GPU, 1L))));
        }
        on(new Event.Elected(1));
    }

    private void gang(@org.jspecify.annotations.Nullable List<String> claims) {
        var members = new Gang.Members("w", 1, 1, 0, Map.of("cpu", "1", GPU, "1"), null, null, null, claims);
        var spec = new Gang.Spec(0, true, List.of(members), null, null, null, 0, null, null, null);
        on(new Event.PodSeen(pod(true, false, "")));
        on(new Event.GangSeen(new GangFact("ns", "g", "uid", "1", 1, "job", spec, null)));
    }

    private PodFact pod(boolean gated, boolean vetoed, String reservation) {
        return new PodFact(
                "p",
                "ns",
                "p",
                Integer.toString(version++),
                "",
                PodFact.Stage.PENDING,
                false,
                gated,
                vetoed,
                "job",
                Map.of("cpu", 1_000L, GPU, 1L),
                new PodFact.Member("g", "w", reservation.isEmpty() ? -1 : 0, reservation, true),
                "");
    }

    private String slot() {
        Plan plan = planner.state().plans.get("ns/g");
        return plan.rows.isEmpty()
                ? plan.phase + " " + plan.why
                : plan.rows.getFirst().nodes.getFirst();
    }

    private static Gang.Term in(String zone) {
        return new Gang.Term(List.of(new Gang.Requirement("zone", "In", List.of(zone))));
    }

    @Test
    void theSlotMovesToANodeThatTheSchedulerNames() {
        gang(null);
        assertThat(slot()).isEqualTo("node-a");
        on(new Event.PodSeen(pod(false, false, "uid.0")));
        assertThat(on(new Event.FilterAsked(7, "p", List.of("node-c"), "")))
                .contains(new Decision.AnswerFilter(7, "", "the scheduler finds no room for it on node-a"));
        assertThat(slot()).isEqualTo("node-c");
        assertThat(on(new Event.FilterAsked(8, "p", List.of("node-c"), "")))
                .contains(new Decision.AnswerFilter(8, "node-c", ""));
    }

    @Test
    void whereTheSchedulerNamesNoNodeWithRoomTheAttemptEnds() {
        gang(null);
        on(new Event.PodSeen(pod(false, false, "uid.0")));
        on(new Event.FilterAsked(7, "p", List.of("elsewhere"), ""));
        assertThat(planner.state().plans.get("ns/g").why).isEqualTo(Why.NoOtherNode);
    }

    @Test
    void aCallFromBeforeMovesNoSlotOfABoundPod() {
        gang(null);
        PodFact asked = pod(false, false, "uid.0");
        on(new Event.PodSeen(new PodFact(
                asked.uid(),
                asked.namespace(),
                asked.name(),
                "9",
                "node-a",
                PodFact.Stage.RUNNING,
                false,
                false,
                false,
                asked.controller(),
                asked.requests(),
                asked.member(),
                "")));
        on(new Event.FilterAsked(7, "p", List.of("elsewhere"), ""));
        assertThat(slot()).isEqualTo("node-a");
        assertThat(planner.state().plans.get("ns/g").phase).isEqualTo(Gang.Phase.Running);
    }

    @Test
    void aPodThatIsNeverAskedAboutDoesNotHoldItsSlotForGood() {
        gang(null);
        on(new Event.PodSeen(pod(false, true, "uid.0")));
        now += 44_000;
        on(new Event.Tick());
        assertThat(slot()).isEqualTo("node-a");
        now += 1_000;
        on(new Event.Tick());
        assertThat(slot()).isEqualTo("node-b");
        now += 45_000;
        on(new Event.Tick());
        now += 45_000;
        on(new Event.Tick());
        assertThat(slot()).isEqualTo("node-c");
    }

    @Test
    void aBoundVolumeSaysWhereTheNextAttemptMayBe() {
        on(new Event.ClaimSeen(new ClaimFact("ns", "data", true, List.of(in("b"), in("c")))));
        on(new Event.ClaimSeen(new ClaimFact("ns", "more", true, List.of(in("c")))));
        on(new Event.ClaimSeen(new ClaimFact("other", "data", true, List.of(in("a")))));
        gang(List.of("data", "more", "unknown"));
        assertThat(slot()).isEqualTo("node-c");
    }

    @Test
    void aVolumeThatNoNodeReachesIsToldAsWhatItIs() {
        on(new Event.ClaimSeen(new ClaimFact("ns", "data", true, List.of(in("z")))));
        gang(List.of("data"));
        assertThat(slot()).isEqualTo("Waiting Impossible");
        on(new Event.ClaimGone("ns", "data"));
        assertThat(slot()).isEqualTo("node-a");
    }
}
