package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.BudgetFact;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Why;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Free GPUs in pieces: what may move moves, to places that are kept for it, and to nobody's harm.
class ConsolidationTest {
    private static final String GPU = "nvidia.com/gpu";
    private static final long S = 1_000_000;

    private Planner planner = new Planner(PlannerOptions.DEFAULT);
    private boolean holdWrites;
    private boolean losesWrites;
    private final List<Decision> decided = new ArrayList<>();
    private final Map<String, Gang.Status> written = new TreeMap<>();
    private long now = 1000;
    private int version = 100;

    private void on(Event event) {
        for (Decision decision : planner.on(event, now, Instant.ofEpochSecond(S + now / 1000))) {
            decided.add(decision);
            if (decision instanceof Decision.WriteStatus write && !losesWrites) {
                written.put(write.name(), write.status());
                on(new Event.Written(write.namespace(), write.name(), write.number(), Integer.toString(version++)));
            }
        }
    }

    private void nodes(String... names) {
        for (String name : names) {
            on(new Event.NodeSeen(new NodeFact(
                    name,
                    true,
                    Map.of(),
                    List.of(),
                    Map.of("cpu", 64_000L, "memory", 512L << 30, "pods", 110L, GPU, 8L))));
        }
    }

    private static Gang.Members shape(int gpus) {
        return new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "1", GPU, "" + gpus), null, null, null);
    }

    private static PodFact pod(String name, int gpus, String node, boolean terminating) {
        return new PodFact(
                "uid-" + name,
                "n",
                name,
                "1",
                node,
                node.isEmpty() ? PodFact.Stage.PENDING : PodFact.Stage.RUNNING,
                terminating,
                node.isEmpty(),
                false,
                // As the extender has it: who made a bound pod is told with its run.
                node.isEmpty() ? set(name) : "",
                Shape.amounts(shape(gpus).requests()),
                null,
                "");
    }

    private static String set(String pod) {
        return "set-" + pod.replaceAll("[0-9]", "");
    }

    private void runs(String name, int gpus, String node, int priority, boolean movable) {
        on(new Event.PodSeen(pod(name, gpus, node, false)));
        on(new Event.SingleRuns(new RunFact(
                "uid-" + name,
                priority,
                S - 100,
                S - 100,
                null,
                null,
                null,
                movable ? new RunFact.Movable(set(name), shape(gpus), Map.of("app", name)) : null)));
    }

    private void waits(String name, int gpus, int priority) {
        on(new Event.SingleSeen(new SingleFact(
                pod(name, gpus, "", false), shape(gpus), priority, S, null, "", "", false, false, "", null, false)));
    }

    private void gang(String name, int members, int gpus, int priority, boolean movable) {
        gang("n", name, members, gpus, priority, movable);
    }

    private void gang(String in, String name, int members, int gpus, int priority, boolean movable) {
        var of = new Gang.Members("w", members, members, 0, Map.of("cpu", "1", GPU, "" + gpus), null, null, null);
        var spec =
                new Gang.Spec(0, false, List.of(of), null, null, null, priority, null, null, null, null, movable, null);
        on(new Event.GangSeen(new GangFact(in, name, "uid-" + name, "1", S, "job-" + name, spec, null)));
    }

    /// All its pods are bound where its slots are.
    private void start(String name, int gpus) {
        Plan plan = plan(name);
        List<String> nodes = plan.rows.getFirst().nodes;
        for (int i = 0; i < nodes.size(); i++) {
            on(new Event.PodSeen(member(name, gpus, i, plan.attempt, nodes.get(i))));
        }
        assertThat(plan.phase).isEqualTo(Gang.Phase.Running);
    }

    private static PodFact member(String gang, int gpus, int i, int attempt, String node) {
        return new PodFact(
                "uid-" + gang + "-" + i + "-" + attempt,
                "n",
                gang + "-" + i,
                "1",
                node,
                PodFact.Stage.RUNNING,
                false,
                false,
                false,
                "job-" + gang,
                Map.of("cpu", 1000L, GPU, (long) gpus),
                new PodFact.Member(gang, "w", i, "uid-" + gang + "." + attempt, false, Map.of("gang", gang)),
                "");
    }

    private static PodFact ending(PodFact pod) {
        return new PodFact(
                pod.uid(),
                pod.namespace(),
                pod.name(),
                "2",
                pod.node(),
                pod.stage(),
                true,
                false,
                false,
                pod.controller(),
                pod.requests(),
                pod.member(),
                "");
    }

    private Plan plan(String name) {
        return Objects.requireNonNull(planner.state().plans.get("n/" + name));
    }

    private List<String> evicted() {
        return decided.stream()
                .filter(Decision.EvictPod.class::isInstance)
                .map(each -> ((Decision.EvictPod) each).pod().name())
                .toList();
    }

    private Decision.Entry asks(String claim, String controller, int gpus) {
        on(new Event.EntryAsked(7, claim, "n", controller, shape(gpus), 0, null, false));
        return ((Decision.AnswerEntry) decided.reversed().stream()
                        .filter(Decision.AnswerEntry.class::isInstance)
                        .findFirst()
                        .orElseThrow())
                .entry();
    }

    private void goes(String pod) {
        on(new Event.PodGone("uid-" + pod));
    }

    /// W12 in small: every node holds 5 single GPUs of 8, and 2 x 4 are wanted.
    private void fragmented(boolean movable) {
        nodes("a", "b", "c", "d");
        on(new Event.Elected(1));
        for (String node : List.of("a", "b", "c", "d")) {
            for (int i = 0; i < 5; i++) {
                runs(node + i, 1, node, 0, movable);
            }
        }
    }

    @Test
    void piecesBecomeWholeAndWhoMovedHasItsPlace() {
        fragmented(true);
        gang("big", 2, 4, 0, false);
        assertThat(evicted()).hasSize(2);
        assertThat(plan("big").why).isEqualTo(Why.Moving);
        assertThat(plan("big").message())
                .matches("waits for n/[a-d]0 to move elsewhere; waits for n/[a-d]0 to move elsewhere;"
                        + " 322 GPU-seconds of work are lost");
        List<String> left = evicted().stream().map(name -> name.substring(0, 1)).toList();
        // Their controllers make them anew while they still end: at once, and where nobody leaves.
        List<String> anew = new ArrayList<>();
        for (String name : evicted()) {
            Decision.Entry entry = asks("c-" + name, "set-" + name.substring(0, 1), 1);
            assertThat(entry).isInstanceOf(Decision.Entry.Pinned.class);
            anew.add(((Decision.Entry.Pinned) entry).node());
        }
        assertThat(anew).doesNotContainAnyElementsOf(left);
        assertThat(plan("big").phase).isEqualTo(Gang.Phase.Waiting);
        evicted().forEach(this::goes);
        assertThat(plan("big").phase).isEqualTo(Gang.Phase.Reserved);
        assertThat(plan("big").rows.getFirst().nodes).hasSameElementsAs(left);
        assertThat(evicted()).as("nobody more had to go").hasSize(2);
    }

    @Test
    void nobodyMovesWhoseOwnerDidNotSaySo() {
        fragmented(false);
        gang("big", 2, 4, 0, false);
        assertThat(evicted()).isEmpty();
        assertThat(plan("big").why).isEqualTo(Why.NoRoom);
    }

    @Test
    void nobodyOfHigherPriorityMoves() {
        fragmented(true);
        gang("big", 2, 4, -1, false);
        assertThat(evicted()).isEmpty();
    }

    @Test
    void thePlaceOfWhoMovedIsNobodyElses() {
        fragmented(true);
        gang("big", 2, 4, 0, false);
        List<String> moved = evicted();
        moved.forEach(this::goes);
        // Of 12 that were free 6 are wanted by the gang with what the two left, 2 are kept: nobody gets those.
        int others = 0;
        while (asks("other" + others, "set-z", 1) instanceof Decision.Entry.Pinned) {
            others++;
        }
        assertThat(others).isEqualTo(4 * 8 - 20 - 8);
        for (String name : moved) {
            assertThat(asks("c-" + name, "set-" + name.substring(0, 1), 1)).isInstanceOf(Decision.Entry.Pinned.class);
        }
    }

    @Test
    void whoWasMadeAnewBehindTheGateGetsItsPlaceWithTheQuotaItHad() {
        on(new Event.Tenants(
                List.of(
                        new QuotaNode("root", null, Amounts.of(GPU, 100L), null),
                        new QuotaNode("team", "root", Amounts.NONE, Amounts.of(GPU, 20L))),
                Map.of("n", "team")));
        fragmented(true);
        gang("m", "big", 2, 4, 0, false);
        List<String> moved = evicted();
        assertThat(moved).hasSize(2);
        // The quota is spent while they still end.
        assertThat(asks("c", "set-" + moved.getFirst().substring(0, 1), 1)).isInstanceOf(Decision.Entry.Queued.class);
        String anew = moved.getFirst().substring(0, 1) + "9";
        waits(anew, 1, 0);
        // Comes before it in the queue.
        waits("0z", 1, 0);
        decided.clear();
        moved.forEach(this::goes);
        assertThat(decided.stream()
                        .filter(Decision.Ungate.class::isInstance)
                        .map(each -> ((Decision.Ungate) each).pod().name()))
                .containsExactly(anew);
        assertThat(planner.state().plans.get("m/big").phase).isEqualTo(Gang.Phase.Reserved);
    }

    @Test
    void aGangMovesAsAWholeAndComesBackWhereItsPlaceIs() {
        aGangThatMoves();
        assertThat(plan("small").why).isEqualTo(Why.Moved);
        assertThat(plan("small").message()).isEqualTo("moves to make room for n/big; a place elsewhere is kept for it");
        assertThat(evicted()).containsExactly("small-0");
        // Older and more important: its place is not theirs.
        gang("thief", 1, 4, 0, false);
        on(new Event.PodGone("uid-small-0-0"));
        assertThat(plan("big").phase).isEqualTo(Gang.Phase.Reserved);
        assertThat(plan("big").rows.getFirst().nodes).containsExactly("a");
        assertThat(plan("thief").phase).isEqualTo(Gang.Phase.Waiting);
        again("small", 1);
        assertThat(plan("small").phase).isEqualTo(Gang.Phase.Reserved);
        assertThat(plan("small").rows.getFirst().nodes).containsExactly("b");
    }

    /// It is on node a, and is told to go to node b.
    private void aGangThatMoves() {
        nodes("a", "b", "c");
        on(new Event.Elected(1));
        runs("x", 4, "a", 0, false);
        gang("small", 1, 4, 0, true);
        start("small", 4);
        runs("y", 4, "b", 0, false);
        runs("w", 5, "c", 0, false);
        goes("x");
        losesWrites = holdWrites;
        gang("big", 1, 8, 0, false);
    }

    private void again(String name, int attempt) {
        GangFact fact = plan(name).fact;
        Gang.Spec s = fact.spec();
        var spec = new Gang.Spec(
                attempt, false, s.classes(), null, null, null, s.priority(), null, null, null, null, s.movable(), null);
        on(new Event.GangSeen(new GangFact(
                "n", name, fact.uid(), Integer.toString(version++), S, fact.controller(), spec, written.get(name))));
    }

    @Test
    void aBudgetKeepsThemAndOneThatAllowsOneLetsOneGo() {
        fragmented(true);
        for (String node : List.of("a", "b", "c", "d")) {
            for (int i = 0; i < 5; i++) {
                int allowed = node.equals("c") && i == 3 ? 1 : 0;
                on(new Event.BudgetSeen(new BudgetFact(
                        "n", "b-" + node + i, List.of(new Gang.Requirement("app", "In", List.of(node + i))), allowed)));
            }
        }
        gang("two", 2, 4, 0, false);
        assertThat(evicted()).isEmpty();
        on(new Event.GangGone("n", "two"));
        gang("one", 1, 4, 0, false);
        now += 60_000;
        on(new Event.Tick());
        assertThat(evicted()).containsExactly("c3");
    }

    @Test
    void oneWinnerAtATimeAndNobodyTwice() {
        fragmented(true);
        gang("one", 1, 4, 0, false);
        assertThat(evicted()).hasSize(1);
        gang("two", 1, 4, 0, false);
        now += 20_000;
        on(new Event.Tick());
        assertThat(evicted().stream().distinct())
                .as("places are still kept for who moved")
                .hasSize(1);
        String first = evicted().getFirst();
        String set = first.substring(0, 1);
        var there = (Decision.Entry.Pinned) asks("c", "set-" + set, 1);
        on(new Event.SingleSeen(new SingleFact(
                pod(set + "9", 1, "", false), shape(1), 0, S, null, "c", there.node(), false, false, "", null, false)));
        runs(set + "9", 1, there.node(), 0, true);
        assertThat(planner.state().movedAt).as("it rests").containsKey("uid-" + set + "9");
        goes(first);
        assertThat(plan("one").phase).isEqualTo(Gang.Phase.Reserved);
        assertThat(evicted().stream().distinct())
                .as("now it is the turn of the second")
                .hasSize(2);
        assertThat(plan("two").why).isEqualTo(Why.Moving);
        now += Consolidation.REST;
        on(new Event.Tick());
        assertThat(planner.state().movedAt).doesNotContainKey("uid-" + set + "9");
    }

    @Test
    void nobodyMovesWhereNoPlaceIsLeft() {
        nodes("a", "b");
        on(new Event.Elected(1));
        runs("a0", 1, "a", 0, true);
        runs("a1", 1, "a", 0, true);
        runs("a2", 4, "a", 0, false);
        runs("b0", 7, "b", 0, false);
        gang("two", 1, 4, 0, false);
        assertThat(evicted())
                .as("both would have to leave, and there is room for one")
                .isEmpty();
        assertThat(plan("two").why).isEqualTo(Why.NoRoom);
        nodes("c");
        assertThat(plan("two").phase).as("the new node has room").isEqualTo(Gang.Phase.Reserved);
    }

    @Test
    void nobodyMovesWhenTheWinnerStartsSoonerAnyway() {
        nodes("a", "b");
        on(new Event.Elected(1));
        runs("a0", 1, "a", 0, true);
        runs("a1", 4, "a", 0, false);
        runs("b0", 2, "b", 0, false);
        var of = new Gang.Members("w", 1, 1, 0, Map.of("cpu", "1", GPU, "4"), null, null, null);
        var spec = new Gang.Spec(0, false, List.of(of), null, null, null, 0, 30L, null, null);
        on(new Event.GangSeen(new GangFact("n", "brief", "uid-brief", "1", S, "job-brief", spec, null)));
        start("brief", 4);
        gang("big", 1, 4, 0, false);
        assertThat(evicted()).as("30 s are left, a restart costs 60").isEmpty();
    }

    @Test
    void aSinglePodWinsAsAGangDoes() {
        fragmented(true);
        waits("big", 4, 0);
        assertThat(evicted()).hasSize(1);
        String moved = evicted().getFirst();
        String node = moved.substring(0, 1);
        assertThat(asks("c", "set-" + node, 1)).isInstanceOf(Decision.Entry.Pinned.class);
        decided.clear();
        goes(moved);
        assertThat(decided.stream()
                        .filter(Decision.Ungate.class::isInstance)
                        .map(each -> ((Decision.Ungate) each).pod().name() + " on " + ((Decision.Ungate) each).pin()))
                .containsExactly("big on " + node);
    }

    @Test
    void aNewLeaderKnowsWhereAGangIsMovingTo() {
        aGangThatMoves();
        assertThat(evicted()).as("written before it is told to leave").containsExactly("small-0");
        Gang.Kept kept = Objects.requireNonNull(written.get("small").kept());
        assertThat(kept.slots().getFirst().nodes()).containsExactly("b");
        assertThat(kept.moves()).isTrue();
        Planner next = nextLeader();
        assertThat(next.state().earmarks.get("n/small"))
                .satisfies(earmark -> assertThat(earmark.moved()).isTrue())
                .satisfies(
                        earmark -> assertThat(earmark.rows().getFirst().nodes).containsExactly("b"));
        assertThat(next.state().earmarks.get("n/big"))
                .satisfies(
                        earmark -> assertThat(earmark.rows().getFirst().nodes).containsExactly("a"));
        gang("thief", 1, 4, 0, false);
        on(new Event.PodGone("uid-small-0-0"));
        assertThat(plan("big").phase).isEqualTo(Gang.Phase.Reserved);
        assertThat(plan("thief").phase).isEqualTo(Gang.Phase.Waiting);
        again("small", 1);
        assertThat(plan("small").rows.getFirst().nodes).containsExactly("b");
        assertThat(written.get("small").kept()).as("it holds them now").isNull();
    }

    /// All that Kubernetes says is told to another planner, which then leads.
    private Planner nextLeader() {
        var next = new Planner(PlannerOptions.DEFAULT);
        State before = planner.state();
        planner = next;
        before.nodes.values().forEach(node -> on(new Event.NodeSeen(node)));
        before.pods.values().forEach(pod -> on(new Event.PodSeen(pod)));
        before.plans.values().forEach(plan -> {
            GangFact fact = plan.fact;
            on(new Event.GangSeen(new GangFact(
                    "n",
                    fact.name(),
                    fact.uid(),
                    fact.version(),
                    S,
                    fact.controller(),
                    fact.spec(),
                    written.get(fact.name()))));
        });
        on(new Event.Elected(2));
        return next;
    }

    @Test
    void nobodyIsToldToMoveBeforeItsPlaceIsWritten() {
        holdWrites = true;
        aGangThatMoves();
        assertThat(plan("small").why).isEqualTo(Why.Moved);
        assertThat(evicted()).isEmpty();
    }

    /// The place of whoever is still ending does not lapse.
    @Test
    void aPlaceIsKeptAsLongAsItsGangIsEnding() {
        aGangThatMoves();
        PodFact member = Objects.requireNonNull(planner.state().pods.get("uid-small-0-0"));
        on(new Event.PodSeen(ending(member)));
        for (int i = 0; i < 300; i++) {
            now += 1000;
            on(new Event.Tick());
        }
        assertThat(planner.state().earmarks.get("n/small")).isNotNull();
        assertThat(planner.state().earmarks.get("n/big")).isNotNull();
        for (int i = 0; i < 400; i++) {
            now += 1000;
            on(new Event.Tick());
        }
        assertThat(planner.state().earmarks.has("n/small")).as("not for ever").isFalse();
    }

    @Test
    void nobodyMovesWhoseNamespaceHasNoRoomForItsSuccessor() {
        on(new Event.NamespaceLimit("n", "rq", Map.of("requests." + GPU, 21L), Map.of("requests." + GPU, 20L)));
        fragmented(true);
        gang("m", "big", 2, 4, 0, false);
        assertThat(evicted())
                .as("two would have to be made anew, there is room for one")
                .isEmpty();
        on(new Event.NamespaceLimit("n", "rq", Map.of("requests." + GPU, 22L), Map.of("requests." + GPU, 20L)));
        now += 20_000;
        on(new Event.Tick());
        assertThat(evicted()).hasSize(2);
        assertThat(asks("other", "set-z", 1)).as("kept for those who move").isInstanceOf(Decision.Entry.Queued.class);
        for (String name : evicted()) {
            assertThat(asks("c-" + name, "set-" + name.substring(0, 1), 1)).isInstanceOf(Decision.Entry.Pinned.class);
        }
    }

    @Test
    void aNewLeaderWaitsBecauseItDoesNotKnowWhatWasMoved() {
        fragmented(true);
        on(new Event.Elected(2));
        gang("big", 2, 4, 0, false);
        assertThat(evicted()).isEmpty();
        now += Consolidation.REST;
        on(new Event.Tick());
        assertThat(evicted()).hasSize(2);
    }
}
