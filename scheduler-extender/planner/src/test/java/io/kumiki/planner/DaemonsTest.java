package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.DaemonFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Why;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A node of 16 CPU and 64 GiB keeps 1 CPU and 2 GiB; all else is counted by hand.
class DaemonsTest {
    private static final Instant WALL = Instant.ofEpochSecond(1_000_000);
    private final Planner planner = new Planner(PlannerOptions.DEFAULT);
    private final State state = planner.state();

    private void on(Event event) {
        planner.on(event, 1000, WALL);
    }

    private static NodeFact node(String name, Map<String, String> labels, List<NodeFact.Taint> taints) {
        return new NodeFact(
                name, true, labels, taints, Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, "x/y", 4L));
    }

    private static DaemonFact daemon(String name, String cpu, Map<String, String> selector) {
        return new DaemonFact(
                "uid-" + name,
                "kube-system",
                name,
                new Gang.Members(
                        "pod", 1, 1, 0, Map.of("cpu", cpu, "memory", "1Gi", "x/y", "1"), selector, null, null));
    }

    private static PodFact pod(String uid, String controller, long cpu) {
        return new PodFact(
                uid,
                "kube-system",
                uid,
                "",
                "n",
                PodFact.Stage.PENDING,
                false,
                false,
                false,
                controller,
                Map.of("cpu", cpu, "memory", 1L << 30, "x/y", 1L),
                null,
                "");
    }

    private List<Long> free(String node) {
        Room room = Room.now(state, "");
        int n = room.index.get(node);
        return List.of(
                (long) room.view.cpuFree(n),
                (long) room.view.memoryFree(n),
                (long) room.view.podsFree(n),
                room.view.extendedFree(n, "x/y"));
    }

    @Test
    void itsShareIsKeptFreeWhereItsPodIsToCome() {
        on(new Event.NodeSeen(node("n", Map.of(), List.of())));
        assertThat(free("n")).containsExactly(15_000L, 62L << 10, 110L, 4L);
        on(new Event.DaemonSeen(daemon("a", "2", null)));
        on(new Event.DaemonSeen(daemon("b", "500m", null)));
        assertThat(free("n")).containsExactly(12_500L, 60L << 10, 108L, 2L);
        on(new Event.NodeSeen(node("later", Map.of(), List.of())));
        assertThat(free("later")).isEqualTo(free("n"));
        on(new Event.DaemonGone("kube-system", "a"));
        assertThat(free("n")).containsExactly(14_500L, 61L << 10, 109L, 3L);
    }

    @Test
    void itsPodDoesNotCountTwiceAndMoreOfItDoes() {
        on(new Event.NodeSeen(node("n", Map.of(), List.of())));
        on(new Event.DaemonSeen(daemon("a", "2", null)));
        on(new Event.PodSeen(pod("p", "uid-a", 2_000)));
        assertThat(free("n")).containsExactly(13_000L, 61L << 10, 109L, 3L);
        // An older pod asked for more; a second one is there while the first is replaced; another's pod counts.
        on(new Event.PodSeen(pod("p", "uid-a", 3_000)));
        assertThat(free("n")).containsExactly(12_000L, 61L << 10, 109L, 3L);
        on(new Event.PodSeen(pod("q", "uid-a", 2_000)));
        assertThat(free("n")).containsExactly(12_000L - 2_000, 60L << 10, 108L, 2L);
        on(new Event.PodSeen(pod("r", "uid-z", 1_000)));
        assertThat(free("n")).containsExactly(9_000L, 59L << 10, 107L, 1L);
    }

    @Test
    void onlyNodesThatItSelectsAndTolerates() {
        on(new Event.DaemonSeen(daemon("a", "2", Map.of("gpu", "yes"))));
        on(new Event.NodeSeen(node("plain", Map.of(), List.of())));
        on(new Event.NodeSeen(node("n", Map.of("gpu", "yes"), List.of())));
        on(new Event.NodeSeen(
                node("tainted", Map.of("gpu", "yes"), List.of(new NodeFact.Taint("t", "", "NoSchedule")))));
        assertThat(free("plain").getFirst()).isEqualTo(15_000);
        assertThat(free("n").getFirst()).isEqualTo(13_000);
        assertThat(free("tainted").getFirst()).isEqualTo(15_000);
    }

    @Test
    void whatNoEmptyNodeCouldHoldBesideItIsImpossible() {
        on(new Event.NodeSeen(node("n", Map.of(), List.of())));
        on(new Event.DaemonSeen(daemon("a", "2", null)));
        on(new Event.Elected(1));
        var wants =
                new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "14", "nvidia.com/mig-1g.5gb", "0"), null, null, null);
        List<Decision> answers = planner.on(new Event.EntryAsked(1, "c", "ns", wants, 0, null, false), 1000, WALL);
        assertThat(answers)
                .singleElement()
                .isInstanceOfSatisfying(
                        Decision.AnswerEntry.class,
                        answer -> assertThat(answer.entry())
                                .isInstanceOfSatisfying(
                                        Decision.Entry.Queued.class,
                                        queued -> assertThat(queued.why()).isEqualTo(Why.Impossible)));
    }
}
