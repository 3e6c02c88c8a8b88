package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.learned.RunTimes;
import io.kumiki.planner.words.Removed;
import io.kumiki.planner.words.Why;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Why gangs wait, what would help, when they start: on a small cluster that can be counted by hand.
class SceneTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final long S = NOW.getEpochSecond();

    private final Mirror mirror = new Mirror(PlannerOptions.DEFAULT);

    private void nodes(int count, int perRack, String type) {
        for (int i = 0; i < count; i++) {
            mirror.on(
                    new Event.NodeSeen(new NodeFact(
                            type.toLowerCase(java.util.Locale.ROOT) + i,
                            true,
                            Map.of("kumiki.io/rack", "r" + i / perRack, Shape.TYPE, type),
                            List.of(),
                            Map.of("cpu", 64_000L, "memory", 512L << 30, "pods", 110L, "nvidia.com/gpu", 8L))),
                    NOW);
        }
        mirror.on(
                new Event.Levels(List.of(new io.kumiki.model.scheduling.PlaceLevels.Level("rack", "kumiki.io/rack"))),
                NOW);
    }

    private static Gang.Spec spec(int min, int gpus, @Nullable String required, @Nullable Long seconds, int priority) {
        var members = new Gang.Members(
                "worker", min, min, 0, Map.of("nvidia.com/gpu", "" + gpus, "cpu", "4"), null, null, null);
        return new Gang.Spec(0, false, List.of(members), required, null, null, priority, seconds, null, null);
    }

    private void running(String name, Gang.Spec spec, long ago, String... nodes) {
        var status = new Gang.Status(
                Gang.Phase.Running,
                1,
                0,
                null,
                List.of(new Gang.Slots("worker", List.of(nodes), null)),
                "",
                "Started",
                "all " + nodes.length + " members are bound",
                null,
                Instant.ofEpochSecond(S - ago).toString());
        mirror.on(new Event.GangSeen(fact("n", name, S - ago, spec, status)), NOW);
    }

    private void waiting(String namespace, String name, long ago, Gang.Spec spec, Why why) {
        var status = new Gang.Status(Gang.Phase.Waiting, 1, 0, null, null, "", why.name(), "", null, NOW.toString());
        mirror.on(new Event.GangSeen(fact(namespace, name, S - ago, spec, status)), NOW);
    }

    private static GangFact fact(
            String namespace, String name, long created, Gang.Spec spec, Gang.@Nullable Status status) {
        return new GangFact(namespace, name, "uid-" + name, "1", created, "", spec, status);
    }

    private Entry first() {
        return mirror.scene(NOW).waiting().getFirst();
    }

    @Test
    void numbersAddUpAndHelpIsReal() {
        nodes(4, 2, "H100");
        running("a", spec(2, 8, null, 600L, 0), 100, "h1000", "h1002");
        waiting("n", "b", 50, spec(2, 8, "rack", 600L, 0), Why.NoRoom);
        Entry b = first();
        Explanation why = java.util.Objects.requireNonNull(b.why());
        assertThat(why.total()).isEqualTo(4);
        assertThat(why.removed())
                .containsExactly(
                        new Removed(Removed.Constraint.gpus, "node", 2),
                        new Removed(Removed.Constraint.topology, "rack", 1));
        assertThat(why.left()).isEqualTo(1);
        assertThat(why.help().stream().map(h -> h.change() + " " + h.amount()))
                .containsExactly("relaxTopology null", "lowerMin 1", "freeGpus 16", "addNodes 1");
        assertThat(why.help().getFirst().text().en()).isEqualTo("starts now if rack is only preferred");
        assertThat(why.help().getFirst().text().ja()).contains("rack", "希望");
        assertThat(b.position()).isEqualTo(1);
        assertThat(b.start()).isEqualTo(new Estimate(S + 500, S + 320, S + 680, RunTimes.From.declared));
    }

    @Test
    void aQuotaIsNamedWithWhatIsMissing() {
        nodes(4, 2, "H100");
        mirror.on(
                new Event.Tenants(
                        List.of(
                                new QuotaNode("all", null, Amounts.of("nvidia.com/gpu", 32), null),
                                new QuotaNode(
                                        "team",
                                        "all",
                                        Amounts.of("nvidia.com/gpu", 8),
                                        Amounts.of("nvidia.com/gpu", 8))),
                        Map.of("t", "team")),
                NOW);
        waiting("t", "b", 50, spec(2, 8, null, 600L, 0), Why.QuotaLimit);
        Entry b = first();
        Explanation why = java.util.Objects.requireNonNull(b.why());
        assertThat(why.removed()).contains(new Removed(Removed.Constraint.quota, "team", 3));
        assertThat(why.help().stream().map(h -> h.change() + " " + h.amount()))
                .containsExactly("lowerMin 1", "raiseQuota 8");
        assertThat(b.start()).isEqualTo(Estimate.UNKNOWN);
        assertThat(b.tenant()).isEqualTo("team");
    }

    @Test
    void whoComesLaterStandsBehindTheHead() {
        nodes(2, 2, "H100");
        running("a", spec(1, 8, null, 1000L, 0), 0, "h1000");
        waiting("n", "big", 60, spec(2, 8, null, 500L, 0), Why.NoRoom);
        waiting("n", "short", 50, spec(1, 8, null, 900L, 0), Why.NoRoom);
        waiting("n", "long", 40, spec(1, 8, null, 1100L, 0), Why.KeptForOlder);
        Map<String, Estimate> all = mirror.scene(NOW).estimates();
        assertThat(all.get("n/short").at()).isEqualTo(S);
        assertThat(all.get("n/big").at()).isEqualTo(S + 1000);
        assertThat(all.get("n/long").at()).isEqualTo(S + 1500);
        Explanation why = java.util.Objects.requireNonNull(
                mirror.scene(NOW).waiting().get(2).why());
        assertThat(why.removed()).contains(new Removed(Removed.Constraint.keptForOlder, "node", 1));
    }

    /// Whoever makes room for it is leaving: what the running ones declare says nothing about it.
    @Test
    void whoseSlotsAreKeptStartsWhenTheyAreLeft() {
        nodes(3, 3, "H100");
        running("small", spec(1, 4, null, 10_000L, 0), 100, "h1000");
        running("other", spec(1, 8, null, 10_000L, 0), 100, "h1001");
        kept("big", 60, spec(1, 8, null, 500L, 0), Why.Moving, null, "h1000");
        Scene scene = mirror.scene(NOW);
        Estimate start = java.util.Objects.requireNonNull(scene.estimates().get("n/big"));
        assertThat(start).isEqualTo(new Estimate(S + 30, S, S + 120, RunTimes.From.leaving));
        assertThat(scene.waiting().getFirst().why()).isEqualTo(Explanation.NONE);
        assertThat(scene.waiting().getFirst().start()).isEqualTo(start);
    }

    @Test
    void thePlaceOfWhoMovesIsNobodyElses() {
        nodes(1, 1, "H100");
        kept("moved", 60, spec(1, 8, null, 500L, 0), Why.NoRoom, true, "h1000");
        waiting("n", "other", 50, spec(1, 4, null, 500L, 9), Why.NoRoom);
        Map<String, Estimate> all = mirror.scene(NOW).estimates();
        assertThat(all.get("n/moved").at()).isEqualTo(S + 30);
        assertThat(java.util.Objects.equals(all.get("n/other").at(), S))
                .as("the only node is kept")
                .isFalse();
        waiting("n", "moved", 60, spec(1, 8, null, 500L, 0), Why.NoRoom);
        assertThat(mirror.scene(NOW).estimates().get("n/other").at())
                .as("nothing is kept any more")
                .isEqualTo(S);
    }

    private void kept(String name, long ago, Gang.Spec spec, Why why, @Nullable Boolean moves, String... nodes) {
        var kept = new Gang.Kept(List.of(new Gang.Slots("worker", List.of(nodes), null)), moves);
        var status = new Gang.Status(
                Gang.Phase.Waiting, 1, 0, null, null, "", why.name(), "", null, NOW.toString(), null, null, kept);
        mirror.on(new Event.GangSeen(fact("n", name, S - ago, spec, status)), NOW);
    }

    /// Twenty gangs were told 1,000 s and started after 3,000 s.
    @Test
    void barsAreSetRightByHowForecastsCameTrue() {
        nodes(1, 1, "H100");
        running("a", spec(1, 8, null, 1000L, 0), 0, "h1000");
        waiting("n", "next", 60, spec(1, 8, null, 500L, 0), Why.NoRoom);
        Estimate before =
                java.util.Objects.requireNonNull(mirror.scene(NOW).estimates().get("n/next"));
        assertThat(before.high()).isLessThan(S + 2000);
        var slots = List.of(new Gang.Slots("worker", List.of("h1000"), null));
        for (int i = 0; i < 20; i++) {
            String name = "other-" + i;
            waiting("n", name, 70, spec(1, 8, null, 500L, 0), Why.NoRoom);
            mirror.foreseen(mirror.scene(NOW));
            String since = NOW.plusSeconds(3000).toString();
            var runs = new Gang.Status(Gang.Phase.Running, 1, 0, null, slots, "", "Started", "", null, since);
            GangFact fact = fact("n", name, S - 70, spec(1, 8, null, 500L, 0), runs);
            mirror.on(new Event.GangSeen(fact), NOW.plusSeconds(3000));
            mirror.on(new Event.GangGone("n", name), NOW.plusSeconds(3000));
        }
        Estimate after =
                java.util.Objects.requireNonNull(mirror.scene(NOW).estimates().get("n/next"));
        assertThat(after.at()).isEqualTo(before.at());
        assertThat(after.high()).isBetween(S + 2900, S + 3100);
    }

    @Test
    void whoNeverFitsKeepsNobodyFromStarting() {
        nodes(1, 1, "H100");
        waiting("n", "huge", 60, spec(5, 8, null, 500L, 0), Why.NoRoom);
        waiting("n", "fits", 50, spec(1, 8, null, 900L, 0), Why.NoRoom);
        waiting("n", "then", 40, spec(1, 4, null, 900L, 0), Why.NoRoom);
        Map<String, Estimate> all = mirror.scene(NOW).estimates();
        assertThat(all.get("n/huge")).isEqualTo(Estimate.UNKNOWN);
        assertThat(all.get("n/fits").at()).isEqualTo(S);
        assertThat(all.get("n/then").at()).isEqualTo(S + 900);
    }

    @Test
    void scatteredGangsCouldBeMovedTogether() {
        nodes(3, 3, "H100");
        running("a", spec(1, 4, null, null, 0), 100, "h1000");
        running("b", spec(1, 2, null, null, 0), 100, "h1001");
        List<Proposal> proposals = mirror.scene(NOW).proposals();
        assertThat(proposals).hasSize(2);
        assertThat(proposals.getFirst().moves()).containsExactly(new Proposal.Move("n", "b", 2000, "h1000"));
        assertThat(proposals.getFirst().node()).isEqualTo("h1001");
        assertThat(proposals.getFirst().lostGpuSeconds()).isEqualTo(2 * 160);
        running("c", spec(1, 6, null, null, 0), 100, "h1002");
        running("d", spec(1, 4, null, null, 0), 100, "h1000");
        assertThat(mirror.scene(NOW).proposals().stream().map(Proposal::node)).containsExactly("h1001", "h1002");
    }

    private void alone(String name, int gpus, String node, boolean movable, Map<String, String> selector) {
        var amounts = Map.of("cpu", 1000L, "nvidia.com/gpu", (long) gpus);
        mirror.on(
                new Event.PodSeen(new PodFact(
                        "uid-" + name,
                        "n",
                        name,
                        "1",
                        node,
                        PodFact.Stage.RUNNING,
                        false,
                        false,
                        false,
                        "",
                        amounts,
                        null,
                        "")),
                NOW);
        var shape =
                new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "1", "nvidia.com/gpu", "" + gpus), selector, null, null);
        mirror.on(
                new Event.SingleRuns(new RunFact(
                        "uid-" + name,
                        0,
                        S - 1000,
                        S - 1000,
                        null,
                        S - 10,
                        30L,
                        movable ? new RunFact.Movable("set", shape, Map.of()) : null)),
                NOW);
    }

    @Test
    void singlePodsThatMayMoveAreProposedAndOthersStay() {
        nodes(3, 3, "H100");
        running("a", spec(1, 4, null, null, 0), 100, "h1000");
        alone("p", 2, "h1001", true, Map.of());
        List<Proposal> proposals = mirror.scene(NOW).proposals();
        assertThat(proposals.getFirst().moves()).containsExactly(new Proposal.Move("n", "p", 2000, "h1000"));
        assertThat(proposals.getFirst().lostGpuSeconds()).isEqualTo(2 * 40);
        alone("p", 2, "h1001", true, Map.of("only", "elsewhere"));
        assertThat(mirror.scene(NOW).proposals().stream().map(Proposal::node)).containsExactly("h1000");
        alone("p", 2, "h1001", false, Map.of());
        assertThat(mirror.scene(NOW).proposals().stream().map(Proposal::node)).containsExactly("h1000");
    }

    @Test
    void anotherTypeAndAnotherClusterHelp() {
        nodes(1, 1, "H100");
        nodes(2, 2, "A100");
        running("a", spec(1, 8, null, null, 0), 0, "h1000");
        var members = new Gang.Members(
                "worker", 1, 1, 0, Map.of("nvidia.com/gpu", "8"), Map.of(Shape.TYPE, "H100"), null, null);
        waiting(
                "n",
                "b",
                0,
                new Gang.Spec(0, false, List.of(members), null, null, null, 0, null, null, null),
                Why.NoRoom);
        Entry b = first();
        Explanation why = java.util.Objects.requireNonNull(b.why());
        assertThat(why.removed())
                .containsExactly(
                        new Removed(Removed.Constraint.gpuType, "node", 2),
                        new Removed(Removed.Constraint.gpus, "node", 1));
        assertThat(why.help().stream().map(h -> h.change() + " " + h.text().en()))
                .contains("otherType starts now on A100", "addNodes starts with 1 node more of 8 H100 GPUs");
        assertThat(b.gpuType()).isEqualTo("H100");
        Estimate start = java.util.Objects.requireNonNull(b.start());
        assertThat(start.at()).isEqualTo(S + 3600);
        assertThat(start.from()).isEqualTo(RunTimes.From.unknown);
    }

    @Test
    void runTimesAreLearnedFromWhatFinished() {
        nodes(1, 1, "H100");
        for (int i = 0; i < 5; i++) {
            String name = "nightly-" + i;
            mirror.on(new Event.GangOrigin("n", name, new Origin("Job", "nightly-2026112" + i, "", "")), NOW);
            var spec = spec(1, 8, null, null, 0);
            long start = S - 10_000 + i * 1000;
            long end = start + 100 + 10 * i;
            mirror.on(
                    new Event.GangSeen(fact(
                            "n",
                            name,
                            start,
                            spec,
                            new Gang.Status(
                                    Gang.Phase.Running,
                                    1,
                                    0,
                                    null,
                                    List.of(new Gang.Slots("worker", List.of("h1000"), null)),
                                    "",
                                    "Started",
                                    "",
                                    null,
                                    Instant.ofEpochSecond(start).toString()))),
                    Instant.ofEpochSecond(start));
            mirror.on(
                    new Event.GangSeen(fact(
                            "n",
                            name,
                            start,
                            spec,
                            new Gang.Status(
                                    Gang.Phase.Done,
                                    1,
                                    0,
                                    null,
                                    null,
                                    "",
                                    "Finished",
                                    "1 members succeeded",
                                    null,
                                    Instant.ofEpochSecond(end).toString()))),
                    Instant.ofEpochSecond(end));
        }
        mirror.on(new Event.GangOrigin("n", "tonight", new Origin("Job", "nightly-20261130", "", "")), NOW);
        running("tonight", spec(1, 8, null, null, 0), 0, "h1000");
        waiting("n", "b", 0, spec(1, 8, null, null, 0), Why.NoRoom);
        Estimate start = java.util.Objects.requireNonNull(first().start());
        assertThat(start).isEqualTo(new Estimate(S + 120, S + 100, S + 140, RunTimes.From.learned));
        assertThat(mirror.scene(NOW).gang("n", "nightly-3").timeline().stream().map(Decided::phase))
                .containsExactly("Running", "Done");
    }

    @Test
    void estimatesAreToldWhenTheyMove() {
        var writes = new EstimateWrites(2);
        Map<String, Estimate> all = new java.util.TreeMap<>();
        for (String name : List.of("n/a", "n/b", "n/c")) {
            all.put(name, new Estimate(S + 1000, S, S + 2000, RunTimes.From.declared));
        }
        assertThat(writes.due(all, S)).extracting(Event.Estimated::name).containsExactly("a", "b");
        assertThat(writes.due(all, S + 1)).extracting(Event.Estimated::name).containsExactly("c");
        all.put("n/a", new Estimate(S + 1200, S, S + 2000, RunTimes.From.declared));
        all.put("n/b", new Estimate(S + 1090, S, S + 2000, RunTimes.From.declared));
        assertThat(writes.due(all, S + 29)).isEmpty();
        assertThat(writes.due(all, S + 30)).extracting(Event.Estimated::name).containsExactly("a");
        assertThat(writes.due(all, S + 60)).isEmpty();
    }

    @Test
    void thePlannerWritesTheEstimateOfWhoWaits() {
        var planner = new Planner(PlannerOptions.DEFAULT);
        planner.on(new Event.Elected(1), 0, NOW);
        planner.on(new Event.GangSeen(fact("n", "b", S, spec(1, 8, null, null, 0), null)), 1, NOW);
        var decisions = planner.on(new Event.Written("n", "b", 1, "2"), 2, NOW);
        assertThat(decisions).isEmpty();
        decisions =
                planner.on(new Event.Estimated("n", "b", new Estimate(S + 60, S, null, RunTimes.From.learned)), 3, NOW);
        assertThat(decisions).hasSize(1);
        assertThat(((Decision.WriteStatus) decisions.getFirst()).status().start())
                .isEqualTo(new Gang.Start("2026-11-29T12:01:00Z", "2026-11-29T12:00:00Z", null, "learned"));
    }

    @Test
    void namesLoseWhatMakesEachTheirOwn() {
        assertThat(new Origin("Job", "train-20261129", "", "").stem()).isEqualTo("train");
        assertThat(new Origin("Job", "train-bert-x7k2p", "", "").stem()).isEqualTo("train-bert");
        assertThat(new Origin("Job", "train-0f3a9c1d", "", "").stem()).isEqualTo("train");
        assertThat(new Origin("Job", "train-large", "", "").stem()).isEqualTo("train-large");
        assertThat(new Origin("Job", "42", "", "").stem()).isEqualTo("");
    }
}
