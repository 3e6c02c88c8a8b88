package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.CapacityFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One node of one GPU; pods without a gang wait for more.
class SingleCapacityTest extends OnePlanner {
    private static final Gang.Members ONE =
            new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "1", GPU, "1"), null, null, null);
    private static final String GROUP = "pods-" + String.format("%08x", ONE.hashCode());

    private List<Decision> node(String name) {
        return on(new Event.NodeSeen(new NodeFact(
                name, true, Map.of(), List.of(), Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, GPU, 1L))));
    }

    private static SingleFact single(String uid, Gang.Members shape, boolean led, boolean vetoed) {
        var pod = new PodFact(
                uid,
                "ns",
                uid,
                "1",
                "",
                PodFact.Stage.PENDING,
                false,
                !led,
                vetoed,
                "",
                Shape.amounts(shape.requests()),
                null,
                "");
        return new SingleFact(pod, shape, 0, 1, null, led ? "c" : "", "", false, false, "", null, led);
    }

    private void waits(String... uids) {
        for (String uid : uids) {
            on(new Event.SingleSeen(single(uid, ONE, false, false)));
        }
    }

    /// What is decided of requests in that many seconds.
    private List<Decision> after(int seconds) {
        List<Decision> decided = new ArrayList<>();
        for (int i = 0; i < seconds; i++) {
            now += 1000;
            on(new Event.Tick()).stream()
                    .filter(each -> each instanceof Decision.AskCapacity || each instanceof Decision.LeaveCapacity)
                    .forEach(decided::add);
        }
        return decided;
    }

    private static Decision asks(int pods) {
        return new Decision.AskCapacity("ns", GROUP + "-" + pods, "", "", pods, List.of(ONE.sized(pods, pods)));
    }

    private void seen(int pods, CapacityFact.Stage stage) {
        on(new Event.CapacitySeen(new CapacityFact("ns", GROUP + "-" + pods, "", pods, stage, "")));
    }

    private static Decision leaves(int pods) {
        return new Decision.LeaveCapacity("ns", GROUP + "-" + pods);
    }

    @BeforeEach
    void begin() {
        node("a");
        on(new Event.CapacityServed());
        on(new Event.Elected(1));
        waits("first");
    }

    @Test
    void oneRequestIsMadeForAllThatAreAlikeWhenNoMoreCome() {
        assertThat(after(60)).as("it has a place").isEmpty();
        waits("b", "c");
        after(4);
        waits("d");
        assertThat(after(11)).containsExactly(asks(3));
        seen(3, CapacityFact.Stage.ASKED);
        assertThat(after(120)).isEmpty();
        on(new Event.PodGone("b"));
        on(new Event.PodGone("c"));
        assertThat(after(20)).as("one still waits").isEmpty();
        on(new Event.PodGone("d"));
        assertThat(after(6)).contains(leaves(3));
    }

    @Test
    void itIsTakenBackWhenTheyArePlaced() {
        waits("b");
        assertThat(after(11)).containsExactly(asks(1));
        seen(1, CapacityFact.Stage.PROVISIONED);
        node("new");
        assertThat(after(6)).contains(leaves(1));
    }

    @Test
    void moreThatComeAreAskedForAnewAndAfterANoHalfAsMany() {
        waits("b", "c");
        assertThat(after(11)).containsExactly(asks(2));
        seen(2, CapacityFact.Stage.ASKED);
        waits("d", "e");
        assertThat(after(40)).as("the first is still looked at").isEmpty();
        assertThat(after(30)).contains(leaves(2));
        on(new Event.CapacityGone("ns", GROUP + "-2"));
        assertThat(after(11)).containsExactly(asks(4));
        seen(4, CapacityFact.Stage.FAILED);
        assertThat(after(590)).isEmpty();
        assertThat(after(20)).contains(leaves(4));
        on(new Event.CapacityGone("ns", GROUP + "-4"));
        assertThat(after(11)).containsExactly(asks(2));
    }

    @Test
    void thoseThatTheSchedulerHasGivenUpAreCountedAndThoseThatNoNodeHelpsAreNot() {
        on(new Event.SingleSeen(single("led", ONE, true, false)));
        assertThat(after(20)).isEmpty();
        on(new Event.SingleSeen(single("led", ONE, true, true)));
        on(new Event.SingleSeen(single(
                "large",
                new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "1", GPU, "2"), null, null, null),
                false,
                false)));
        assertThat(after(20)).containsExactly(asks(1));
    }

    @Test
    void whereNothingOfTheKindIsThereYetItIsAskedFor() {
        var far = new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "1", GPU, "1"), Map.of("pool", "gpu"), null, null);
        on(new Event.SingleSeen(single("far", far, false, false)));
        assertThat(after(20)).hasSize(1).hasOnlyElementsOfType(Decision.AskCapacity.class);
    }
}
