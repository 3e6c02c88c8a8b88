package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.QueueOrder;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.learned.RunTimes;
import io.kumiki.planner.words.Why;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Who is looked at first, for whom nodes are kept, and what people are told of it.
class QueueTest {
    private static final long S = 2_000_000_000;

    private Planner planner = new Planner(PlannerOptions.DEFAULT);
    private Mirror mirror = new Mirror(PlannerOptions.DEFAULT);
    private long now;
    private int version = 100;

    private void by(QueueOrder order) {
        planner = new Planner(PlannerOptions.DEFAULT.ordered(order));
        mirror = new Mirror(PlannerOptions.DEFAULT.ordered(order));
    }

    private void on(Event event) {
        Instant wall = Instant.ofEpochSecond(S + now);
        mirror.on(event, wall);
        for (Decision decision : planner.on(event, now * 1000, wall)) {
            if (decision instanceof Decision.WriteStatus write) {
                on(new Event.Written(write.namespace(), write.name(), write.number(), "" + version++));
                GangFact fact = plan(write.name()).fact;
                mirror.on(
                        new Event.GangSeen(new GangFact(
                                fact.namespace(),
                                fact.name(),
                                fact.uid(),
                                "" + version++,
                                fact.created(),
                                fact.controller(),
                                fact.spec(),
                                write.status())),
                        wall);
            }
        }
    }

    private void nodes(int count) {
        for (int i = 0; i < count; i++) {
            on(new Event.NodeSeen(new NodeFact(
                    "node" + i,
                    true,
                    Map.of(),
                    List.of(),
                    Map.of("cpu", 64_000L, "memory", 512L << 30, "pods", 110L, "nvidia.com/gpu", 8L))));
        }
    }

    private void gang(String name, int members, int gpus, @Nullable Long seconds, int priority) {
        var of = new Gang.Members(
                "w", members, members, 0, Map.of("cpu", "1", "nvidia.com/gpu", "" + gpus), null, null, null);
        var spec = new Gang.Spec(0, false, List.of(of), null, null, null, priority, seconds, null, null);
        on(new Event.GangSeen(new GangFact("n", name, "uid-" + name, "" + version++, S + now, "", spec, null)));
        now++;
    }

    private Plan plan(String name) {
        return java.util.Objects.requireNonNull(planner.state().plans.get("n/" + name));
    }

    private List<String> queue() {
        return mirror.scene(Instant.ofEpochSecond(S + now)).waiting().stream()
                .map(Entry::name)
                .toList();
    }

    private String place(String name, boolean english) {
        GangPicture picture = java.util.Objects.requireNonNull(
                mirror.scene(Instant.ofEpochSecond(S + now)).gang("n", name));
        var text = java.util.Objects.requireNonNull(picture.entry().place());
        return english ? text.en() : text.ja();
    }

    private void full() {
        nodes(2);
        on(new Event.Elected(1));
        gang("runs", 2, 8, 5000L, 9);
        assertThat(plan("runs").phase.holds()).isTrue();
    }

    @Test
    void oldestFirstUnlessAskedOtherwise() {
        full();
        gang("long", 1, 8, 9000L, 0);
        gang("short", 1, 8, 60L, 0);
        gang("high", 1, 8, 90_000L, 1);
        assertThat(queue()).containsExactly("high", "long", "short");
        assertThat(place("short", true))
                .isEqualTo("3rd: 1 of higher priority, 1 older one of the same priority go first");
        assertThat(place("short", false)).isEqualTo("3 番目: 優先度の高い 1 件、同じ優先度の先に待っている 1 件が先です");
    }

    @Test
    void shortestFirstInsideAPriority() {
        by(QueueOrder.shortest);
        full();
        gang("long", 1, 8, 9000L, 0);
        gang("short", 1, 8, 60L, 0);
        gang("shorter", 1, 8, 30L, 0);
        gang("high", 1, 8, 90_000L, 1);
        assertThat(queue()).containsExactly("high", "shorter", "short", "long");
        assertThat(place("short", true))
                .isEqualTo("3rd: 1 of higher priority, 1 shorter one of the same priority go first");
        assertThat(place("high", true)).isEqualTo("1st");
        gang("several", 2, 8, 99_000L, 0);
        assertThat(queue()).containsExactly("high", "several", "shorter", "short", "long");
        assertThat(place("short", true))
                .isEqualTo("4th: 1 of higher priority, the oldest that needs several members, 1 shorter one"
                        + " of the same priority go first");
        assertThat(place("several", false)).isEqualTo("2 番目（複数のメンバーを必要とする最も古いジョブ）: 優先度の高い 1 件が先です");
    }

    @Test
    void whoseRunTimeNobodyKnowsStandsWhereOneAndAHalfOfTheUsualDoes() {
        by(QueueOrder.shortest);
        full();
        gang("unknown", 1, 8, null, 0);
        gang("hour", 1, 8, 3600L, 0);
        gang("two", 1, 8, 7200L, 0);
        assertThat(queue()).containsExactly("hour", "unknown", "two");
        var times = new RunTimes(3600);
        for (int i = 0; i < 60; i++) {
            times.finished(new RunTimes.Job("n", Origin.UNKNOWN, 8000, null), 300);
        }
        on(new Event.Learned(new Knowledge(times, Map.of())));
        mirror.learned(times);
        assertThat(queue()).containsExactly("unknown", "hour", "two");
    }

    @Test
    void aPodAndAGangStandInOneQueue() {
        by(QueueOrder.shortest);
        full();
        gang("hour", 1, 8, 3600L, 0);
        for (long seconds : new long[] {60, 9000}) {
            var pod = new PodFact(
                    "pod" + seconds,
                    "n",
                    "pod" + seconds,
                    "1",
                    "",
                    PodFact.Stage.PENDING,
                    false,
                    true,
                    false,
                    "",
                    Map.of("cpu", 1000L, "nvidia.com/gpu", 8L),
                    null,
                    "");
            var shape = new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "1", "nvidia.com/gpu", "8"), null, null, null);
            on(new Event.SingleSeen(
                    new SingleFact(pod, shape, 0, S + now, seconds, "", "", false, false, "", null, false)));
        }
        assertThat(queue()).containsExactly("pod60", "hour", "pod9000");
        on(new Event.GangGone("n", "runs"));
        assertThat(planner.state().holds.get("pod60")).isNotNull();
        assertThat(plan("hour").phase.holds()).isTrue();
        assertThat(planner.state().holds.get("pod9000")).isNull();
    }

    /// Nodes are kept for the oldest of several members, not for the shorter ones before it, nor for
    /// younger ones.
    @Test
    void nodesAreKeptForTheOldestOfSeveralMembers() {
        by(QueueOrder.shortest);
        nodes(3);
        on(new Event.Elected(1));
        gang("runs", 2, 8, 5000L, 9);
        gang("small", 1, 8, 20_000L, 9);
        gang("short", 1, 8, 60L, 0);
        assertThat(planner.state().kept).isNull();
        gang("old", 2, 8, 9000L, 0);
        gang("young", 2, 8, 100L, 0);
        Outlook.Kept kept = java.util.Objects.requireNonNull(planner.state().kept);
        assertThat(kept.who().uid()).isEqualTo("uid-old");
        assertThat(queue()).containsExactly("old", "short", "young");
        on(new Event.GangGone("n", "small"));
        assertThat(plan("short").phase.holds())
                .as("it ends before the old one starts")
                .isTrue();
        assertThat(plan("old").phase).isEqualTo(Gang.Phase.Waiting);
        gang("late", 1, 8, 9000L, 0);
        assertThat(plan("late").why).isEqualTo(Why.KeptForOlder);
        on(new Event.GangGone("n", "runs"));
        assertThat(plan("old").phase.holds()).isTrue();
        gang("last", 1, 8, 9000L, 0);
        kept = java.util.Objects.requireNonNull(planner.state().kept);
        assertThat(kept.who().uid()).as("the next oldest of them").isEqualTo("uid-young");
    }

    /// What no room would help keeps nothing for itself, and nobody else from keeping nodes.
    @Test
    void whoFitsNowhereIsNotTheOldestOfThem() {
        by(QueueOrder.shortest);
        full();
        gang("impossible", 5, 8, 60L, 0);
        gang("old", 2, 8, 9000L, 0);
        Outlook.Kept kept = java.util.Objects.requireNonNull(planner.state().kept);
        assertThat(kept.who().uid()).isEqualTo("uid-old");
        gang("short", 1, 8, 60L, 0);
        assertThat(queue().getFirst()).isEqualTo("old");
    }

    /// After two weeks and twice its run time age counts, for one member, too.
    @Test
    void whoHasWaitedLongGoesFirstAndKeepsANode() {
        by(QueueOrder.shortest);
        full();
        gang("long", 1, 8, 9000L, 0);
        now += QueueOrder.PATIENCE + QueueOrder.FACTOR * 10_000;
        gang("short", 1, 8, 60L, 0);
        gang("several", 2, 8, 60L, 0);
        assertThat(queue()).containsExactly("long", "several", "short");
        assertThat(place("long", true)).isEqualTo("1st, as it has waited long");
        assertThat(place("short", true))
                .isEqualTo("3rd: 1 that has waited long, the oldest that needs several members of the same priority"
                        + " go first");
        assertThat(java.util.Objects.requireNonNull(planner.state().kept).who().uid())
                .isEqualTo("uid-long");
    }

    /// The forecast goes by the same order and the same law.
    @Test
    void startsAreForecastInThatOrder() {
        by(QueueOrder.shortest);
        full();
        gang("old", 2, 8, 1000L, 0);
        gang("young", 2, 8, 500L, 0);
        gang("long", 1, 8, 9000L, 0);
        gang("short", 1, 8, 60L, 0);
        gang("brief", 1, 8, 70L, 0);
        Map<String, Forecasted> starts = new java.util.HashMap<>();
        mirror.scene(Instant.ofEpochSecond(S + now))
                .estimates()
                .forEach((key, estimate) -> starts.put(key, new Forecasted(estimate.at())));
        assertThat(at(starts, "old")).isLessThan(at(starts, "young"));
        assertThat(at(starts, "young")).isLessThan(at(starts, "long"));
        assertThat(at(starts, "short")).isLessThan(at(starts, "long"));
    }

    private record Forecasted(@Nullable Long at) {}

    private static long at(Map<String, Forecasted> starts, String name) {
        return java.util.Objects.requireNonNull(
                java.util.Objects.requireNonNull(starts.get("n/" + name)).at());
    }
}
