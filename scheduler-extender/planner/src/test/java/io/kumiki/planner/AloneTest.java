package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Removed;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Text;
import io.kumiki.planner.words.Why;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Pods without a gang stand in the queue, its forecast and the decision log beside gangs.
class AloneTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final long S = NOW.getEpochSecond();
    private static final Map<String, Long> FOUR = Map.of("cpu", 1000L, "nvidia.com/gpu", 4L);

    private final Mirror mirror = new Mirror(PlannerOptions.DEFAULT);
    private final List<Decided> rows = new ArrayList<>();

    private void tell(Event event) {
        Decided row = mirror.on(event, NOW);
        if (row != null) {
            rows.add(row);
        }
    }

    private void node() {
        tell(new Event.NodeSeen(new NodeFact(
                "a",
                true,
                Map.of(),
                List.of(),
                Map.of("cpu", 64_000L, "memory", 512L << 30, "pods", 110L, "nvidia.com/gpu", 8L))));
    }

    private static PodFact pod(String name, String node, PodFact.Stage stage) {
        return new PodFact(
                "uid-" + name, "n", name, "1", node, stage, false, node.isEmpty(), false, "", FOUR, null, "");
    }

    private void runs(String name, long ago, @Nullable Long seconds) {
        tell(new Event.PodSeen(pod(name, "a", PodFact.Stage.PENDING)));
        tell(new Event.SingleRuns(new RunFact("uid-" + name, 0, S - ago - 5, S - ago, seconds, null, null)));
    }

    private void waits(String name, long ago, int priority, Why why, Clause... said) {
        waits(name, ago, priority, false, why, said);
    }

    private void waits(String name, long ago, int priority, boolean led, Why why, Clause... said) {
        var notes = Said.notes(why, List.of(said));
        var because = List.of(said).stream().map(Clause::written).toList();
        var shape = new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "1", "nvidia.com/gpu", "4"), null, null, null);
        tell(new Event.SingleSeen(new SingleFact(
                pod(name, "", PodFact.Stage.PENDING),
                shape,
                priority,
                S - ago,
                500L,
                "",
                "",
                false,
                false,
                notes.get(Said.WHY),
                because,
                led)));
    }

    private void gangWaits(String name, long ago) {
        var members = new Gang.Members("w", 1, 1, 0, Map.of("nvidia.com/gpu", "8", "cpu", "1"), null, null, null);
        var spec = new Gang.Spec(0, false, List.of(members), null, null, null, 0, 100L, null, null);
        var status = new Gang.Status(Gang.Phase.Waiting, 1, 0, null, null, "", "NoRoom", "", null, NOW.toString());
        tell(new Event.GangSeen(new GangFact("n", name, "uid-g-" + name, "1", S - ago, "", spec, status)));
    }

    @Test
    void podsWaitInOneQueueWithTheGangs() {
        node();
        runs("r1", 100, 700L);
        runs("r2", 100, 400L);
        waits("late", 10, 0, Why.KeptForOlder, new Clause.NoNodeNow());
        gangWaits("late", 50);
        waits("urgent", 5, 3, Why.NoRoom, new Clause.NoNodeNow());
        Scene scene = mirror.scene(NOW);
        List<Entry> queue = scene.waiting();
        assertThat(queue.stream().map(e -> (e.pod() ? "pod " : "gang ") + e.name() + " " + e.position()))
                .containsExactly("pod urgent 1", "gang late 2", "pod late 3");
        Entry urgent = queue.getFirst();
        assertThat(urgent.reason()).isEqualTo("NoRoom");
        assertThat(urgent.said().text()).isEqualTo(new Text("no node has room now", "空きがありません。現在空きのあるノードがありません"));
        assertThat(urgent.gpus()).isEqualTo(4000);
        Explanation why = java.util.Objects.requireNonNull(urgent.why());
        assertThat(why.total()).isEqualTo(2);
        assertThat(why.removed()).containsExactly(new Removed(Removed.Constraint.gpus, "node", 2));
        assertThat(why.help().stream().map(h -> h.change() + " " + h.amount()))
                .containsExactly("freeGpus 4", "addNodes 1");
        assertThat(java.util.Objects.requireNonNull(urgent.start()).at()).isEqualTo(S + 300);
        // It runs until 800; the other pod until 600: then the gang has all eight.
        assertThat(java.util.Objects.requireNonNull(queue.get(1).start()).at()).isEqualTo(S + 800);
        assertThat(java.util.Objects.requireNonNull(queue.get(2).start()).at()).isEqualTo(S + 900);
        assertThat(scene.running().stream().map(e -> e.name() + " " + e.until().at()))
                .containsExactly("r1 " + (S + 600), "r2 " + (S + 300));
        assertThat(scene.gang("n", "urgent").classes()).hasSize(1);
        assertThat(scene.gang("n", "late").entry().pod())
                .as("a gang goes before a pod of its name")
                .isFalse();
        assertThat(scene.sample().waiting()).isEqualTo(3);
    }

    @Test
    void ofWhomTheSchedulerJudgesNothingIsForeseen() {
        node();
        runs("r1", 100, 700L);
        waits("led", 10, 0, true, Why.NoRoom, new Clause.NoNodeNow());
        waits("plain", 5, 0, Why.NoRoom, new Clause.NoNodeNow());
        List<Entry> queue = mirror.scene(NOW).waiting();
        assertThat(queue.stream().map(Entry::name)).containsExactly("led", "plain");
        Entry led = queue.getFirst();
        assertThat(led.reason()).isEqualTo("NoRoom");
        assertThat(led.said().text().en()).isEqualTo("no node has room now");
        assertThat(led.start()).isEqualTo(Estimate.UNKNOWN);
        assertThat(led.why())
                .isEqualTo(new Explanation(2, List.of(new Removed(Removed.Constraint.gpus, "node", 1)), 1, List.of()));
        assertThat(queue.get(1).start().at()).as("it has room now").isEqualTo(S);
    }

    @Test
    void whatAPodHoldsIsCountedOnceAndShownAsAPods() {
        node();
        runs("r1", 100, null);
        NodePicture a = mirror.scene(NOW).nodes().getFirst();
        assertThat(a.free()).isEqualTo(4000);
        assertThat(a.held()).singleElement().satisfies(held -> {
            assertThat(held.gang()).isFalse();
            assertThat(held.name()).isEqualTo("r1");
            assertThat(held.gpus()).isEqualTo(4000);
        });
    }

    @Test
    void itsStoryIsLoggedAndItsRunTimeLearned() {
        node();
        waits("p", 10, 0, Why.NoRoom, new Clause.NoNodeNow());
        waits("p", 10, 0, Why.NoRoom, new Clause.NoNodeNow(), new Clause.NodeLost("b"));
        runs("p", 60, null);
        runs("p", 60, null);
        tell(new Event.PodSeen(pod("p", "a", PodFact.Stage.SUCCEEDED)));
        tell(new Event.PodGone("uid-p"));
        assertThat(rows.stream().map(r -> r.name() + " " + r.phase() + " " + r.reason() + " " + r.pod()))
                .containsExactly(
                        "p Waiting NoRoom true",
                        "p Running Started true",
                        "p Done Finished true",
                        "p Gone Finished true");
        assertThat(rows.getFirst().said().text().ja()).isEqualTo("空きがありません。現在空きのあるノードがありません");
        assertThat(mirror.runTimes().all()).containsEntry("gpus/4000", new double[] {60});
        assertThat(mirror.scene(NOW).running()).isEmpty();
    }

    /// A log begins with everything that there was.
    @Test
    void aMirrorThatIsToldEverythingSaysTheSame() {
        node();
        runs("r1", 100, 700L);
        tell(Event.GangOrigin.ofPod("n", "r1", new Origin("ReplicaSet", "web", "me", "image")));
        waits("late", 10, 0, Why.KeptForOlder, new Clause.NoNodeNow());
        var again = new Mirror(PlannerOptions.DEFAULT);
        mirror.everything().forEach(event -> again.on(event, NOW));
        assertThat(again.scene(NOW).waiting()).isEqualTo(mirror.scene(NOW).waiting());
        assertThat(again.scene(NOW).running()).isEqualTo(mirror.scene(NOW).running());
        assertThat(again.scene(NOW).running().getFirst().origin().owner()).isEqualTo("web");
    }
}
