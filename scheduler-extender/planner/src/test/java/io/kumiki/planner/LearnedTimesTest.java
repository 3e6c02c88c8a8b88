package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.learned.RunTimes;
import io.kumiki.planner.words.Why;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Where nobody declared a run time the planner goes by what was learned, and a wrong guess delays the first of the
/// queue once, not again and again.
class LearnedTimesTest {
    private static final long S = 1_000_000;

    private final Planner planner = new Planner(PlannerOptions.DEFAULT);
    private long now;

    private void on(Event event) {
        for (Decision decision : planner.on(event, now * 1000, Instant.ofEpochSecond(S + now))) {
            if (decision instanceof Decision.WriteStatus write) {
                on(new Event.Written(write.namespace(), write.name(), write.number(), "v"));
            }
        }
    }

    private int version = 100_000;

    private void gang(String name, int members, @Nullable Long seconds, Gang.@Nullable Status status) {
        var of = new Gang.Members(
                "w",
                members,
                members,
                0,
                Map.of("cpu", members > 1 ? "50" : "1", "nvidia.com/gpu", "8"),
                null,
                null,
                null);
        var spec = new Gang.Spec(0, false, List.of(of), null, null, null, 0, seconds, null, null);
        on(new Event.GangSeen(
                new GangFact("n", name, "uid-" + name, Integer.toString(version++), S + now, "", spec, status)));
    }

    private Plan plan(String name) {
        return java.util.Objects.requireNonNull(planner.state().plans.get("n/" + name));
    }

    private static NodeFact node(String name, long cpus) {
        return new NodeFact(
                name,
                true,
                Map.of(),
                List.of(),
                Map.of("cpu", cpus * 1000, "memory", 512L << 30, "pods", 110L, "nvidia.com/gpu", 8L));
    }

    private void start() {
        for (String name : List.of("a", "b")) {
            on(new Event.NodeSeen(node(name, 64)));
        }
        var slots = List.of(new Gang.Slots("w", List.of("a"), null));
        gang(
                "runs",
                1,
                1000L,
                new Gang.Status(
                        Gang.Phase.Running,
                        1,
                        0,
                        null,
                        slots,
                        "1/1",
                        "Started",
                        "",
                        null,
                        Instant.ofEpochSecond(S).toString()));
        on(new Event.PodSeen(new PodFact(
                "uid-pod",
                "n",
                "runs-0",
                "1",
                "a",
                PodFact.Stage.RUNNING,
                false,
                false,
                false,
                "",
                Map.of("cpu", 1000L, "nvidia.com/gpu", 8L),
                new PodFact.Member("runs", "w", 0, "uid-runs.0", false),
                "")));
        on(new Event.Elected(2));
        gang("head", 2, null, null);
    }

    private void learned(long seconds) {
        var times = new RunTimes(3600);
        for (int i = 0; i < 60; i++) {
            times.finished(new RunTimes.Job("n", Origin.UNKNOWN, 8000, null), seconds);
        }
        on(new Event.Learned(new Knowledge(times, Map.of())));
    }

    @Test
    void whoSurelyEndsBeforeTheFirstStartsMayUseItsNodes() {
        start();
        gang("unknown", 1, null, null);
        assertThat(plan("unknown").why).isEqualTo(Why.KeptForOlder);
        learned(300);
        gang("short", 1, null, null);
        assertThat(plan("short").phase.holds() || plan("unknown").phase.holds()).isTrue();
        assertThat(plan("head").phase).isEqualTo(Gang.Phase.Waiting);
    }

    @Test
    void whoMayUseTheNodesOfTheFirstKeepsOffThemWhereThereIsRoomElsewhere() {
        start();
        learned(300);
        // Too few CPUs for the first.
        on(new Event.NodeSeen(node("c", 40)));
        gang("short", 1, null, null);
        assertThat(plan("head").phase).isEqualTo(Gang.Phase.Waiting);
        assertThat(plan("short").rows.getFirst().nodes).containsExactly("c");
        gang("another", 1, null, null);
        assertThat(plan("another").rows.getFirst().nodes).containsExactly("b");
    }

    @Test
    void whoLastsTooLongMayNot() {
        start();
        learned(5000);
        gang("long", 1, null, null);
        assertThat(plan("long").why).isEqualTo(Why.KeptForOlder);
    }

    /// The gang that runs overruns what it declared: the head's start moves, its promise does not.
    @Test
    void aStartThatWasPutOffLetsNobodyElseIn() {
        start();
        learned(300);
        Outlook.Kept first = java.util.Objects.requireNonNull(planner.state().kept);
        assertThat(first.promise().at()).isEqualTo(S + 1000);
        now = 900;
        var slots = List.of(new Gang.Slots("w", List.of("a"), null));
        gang(
                "runs",
                1,
                4000L,
                new Gang.Status(
                        Gang.Phase.Running,
                        2,
                        0,
                        null,
                        slots,
                        "1/1",
                        "Started",
                        "",
                        null,
                        Instant.ofEpochSecond(S).toString()));
        Outlook.Kept later = java.util.Objects.requireNonNull(planner.state().kept);
        assertThat(later.promise().at()).isGreaterThan(S + 3000);
        assertThat(later.promise().first()).isEqualTo(S + 1000);
        gang("late", 1, null, null);
        assertThat(plan("late").why).isEqualTo(Why.KeptForOlder);
        gang("declared", 1, 300L, null);
        assertThat(plan("declared").phase.holds())
                .as("a declared time is the owner's word")
                .isTrue();
    }
}
