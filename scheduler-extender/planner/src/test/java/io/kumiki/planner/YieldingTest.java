package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Why;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// One node of 16 CPU, of which 1 is kept free, and one GPU.
class YieldingTest extends OnePlanner {
    private void node() {
        on(new Event.NodeSeen(new NodeFact(
                "n", true, Map.of(), List.of(), Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, GPU, 1L))));
        on(new Event.Elected(1));
    }

    private List<Decision> ordinary(String uid, long cpu, @Nullable Integer yields) {
        return on(new Event.PodSeen(new PodFact(
                uid,
                "web",
                uid,
                "",
                "n",
                PodFact.Stage.PENDING,
                false,
                false,
                false,
                "",
                Map.of("cpu", cpu),
                null,
                "",
                yields)));
    }

    private List<Decision> gang(int priority) {
        var of = new Gang.Members("w", 1, 1, 0, Map.of("cpu", "10", GPU, "1"), null, null, null);
        var spec = new Gang.Spec(0, false, List.of(of), null, null, null, priority, null, null, null);
        return on(new Event.GangSeen(new GangFact("ns", "g", "uid", "1", 1, "job", spec, null)));
    }

    private PodFact member(boolean vetoed) {
        return new PodFact(
                "m",
                "ns",
                "m",
                Integer.toString(version++),
                "",
                PodFact.Stage.PENDING,
                false,
                false,
                vetoed,
                "job",
                Map.of("cpu", 10_000L, GPU, 1L),
                new PodFact.Member("g", "w", 0, "uid.0", false),
                "");
    }

    private Plan plan() {
        return Objects.requireNonNull(planner.state().plans.get("ns/g"));
    }

    private static List<String> evicted(List<Decision> decisions) {
        return decisions.stream()
                .filter(Decision.EvictPod.class::isInstance)
                .map(each -> ((Decision.EvictPod) each).pod().uid())
                .toList();
    }

    @Test
    void asManyAsAreNeededLeaveLowestPriorityFirst() {
        node();
        // 15 are to be had, 12 are taken, 10 are wanted: 7 too few.
        ordinary("a", 3_000, 2);
        ordinary("b", 3_000, 0);
        ordinary("c", 5_000, 1);
        ordinary("d", 1_000, 9);
        List<Decision> told = gang(5);
        assertThat(evicted(told)).containsExactly("b", "c");
        assertThat(plan().why).isEqualTo(Why.Preempting);
        assertThat(plan().message()).isEqualTo("waits for 2 ordinary pods of lower priority to leave");
        on(new Event.PodGone("b"));
        assertThat(plan().phase).isEqualTo(Gang.Phase.Waiting);
        on(new Event.PodGone("c"));
        assertThat(plan().phase).isEqualTo(Gang.Phase.Reserved);
    }

    @Test
    void nobodyLeavesWhereThatWouldNotHelpOrWhoMayNot() {
        node();
        ordinary("a", 3_000, 0);
        ordinary("none makes it anew", 7_000, null);
        ordinary("higher", 2_000, 5);
        assertThat(evicted(gang(5))).isEmpty();
        assertThat(plan().why).isEqualTo(Why.NoRoom);
    }

    @Test
    void aRefusalIsToldAndThePodIsAskedAgain() {
        node();
        ordinary("a", 9_000, 0);
        assertThat(evicted(gang(5))).containsExactly("a");
        on(new Event.EvictionRefused("a", "Cannot evict pod"));
        assertThat(plan().message())
                .isEqualTo(
                        "waits for 1 ordinary pod of lower priority to leave; pod a may not leave yet: Cannot evict pod");
        now += 5_000;
        assertThat(evicted(on(new Event.Tick()))).containsExactly("a");
    }

    @Test
    void whoTookTheCpuOfASlotLeavesWhenNoOtherNodeHasRoom() {
        node();
        gang(5);
        assertThat(plan().phase).isEqualTo(Gang.Phase.Reserved);
        // By the scheduler, which knows of no slots: 8 of 16, and 10 are wanted.
        ordinary("a", 1_000, 0);
        ordinary("b", 7_000, 1);
        List<Decision> told = on(new Event.PodSeen(member(true)));
        assertThat(evicted(told)).containsExactly("b");
        assertThat(told)
                .anySatisfy(each -> assertThat(each)
                        .isInstanceOfSatisfying(
                                Decision.Nominate.class,
                                nominate -> assertThat(nominate.node()).isEqualTo("n")));
        now += 44_000;
        on(new Event.Tick());
        assertThat(plan().phase).isNotEqualTo(Gang.Phase.Releasing);
        // Once in an attempt.
        now += 2_000;
        on(new Event.Tick());
        assertThat(plan().why).isEqualTo(Why.NoOtherNode);
    }
}
