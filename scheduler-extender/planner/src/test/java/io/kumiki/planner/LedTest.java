package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Pods without a gang whose nodes only the scheduler can judge: of those that it offers they get the best.
class LedTest {
    private Planner planner = new Planner(PlannerOptions.DEFAULT);
    private long now = 1000;
    private long calls;

    private List<Decision> on(Event event) {
        return planner.on(event, now, Instant.ofEpochSecond(1_000_000 + now / 1000));
    }

    private void node(String name, long gpus) {
        on(new Event.NodeSeen(new NodeFact(
                name,
                true,
                Map.of("zone", name),
                List.of(),
                Map.of("cpu", 64_000L, "memory", 256L << 30, "pods", 110L, "nvidia.com/gpu", gpus))));
    }

    /// Whole nodes are wanted as often as anything else.
    private void usual(String node) {
        for (int i = 0; i < 10; i++) {
            runs("whole" + i, 8, node);
            on(new Event.PodGone("whole" + i));
        }
    }

    private void begin(String... nodes) {
        for (String name : nodes) {
            node(name, 8);
        }
        on(new Event.Elected(1));
    }

    private static Gang.Members shape(int gpus, List<String> claims) {
        // Its selector holds nowhere as far as we know: the scheduler has judged it.
        return new Gang.Members(
                "pod",
                1,
                1,
                0,
                Map.of("cpu", "1", "nvidia.com/gpu", Integer.toString(gpus)),
                Map.of("only-the-scheduler", "knows"),
                null,
                null,
                claims);
    }

    private static PodFact pod(String uid, int gpus, String node, boolean vetoed) {
        return new PodFact(
                uid,
                "ns",
                uid,
                "1",
                node,
                PodFact.Stage.PENDING,
                false,
                false,
                vetoed,
                "",
                Map.of("cpu", 1000L, "nvidia.com/gpu", (long) gpus),
                null,
                "");
    }

    private List<Decision> seen(String uid, int gpus, boolean vetoed, String... claims) {
        return on(new Event.SingleSeen(new SingleFact(
                pod(uid, gpus, "", vetoed),
                shape(gpus, List.of(claims)),
                0,
                1,
                null,
                uid,
                "",
                false,
                false,
                "",
                null,
                true)));
    }

    private void runs(String uid, int gpus, String node) {
        on(new Event.PodSeen(pod(uid, gpus, node, false)));
    }

    private Decision.AnswerFilter ask(String uid, String... nodes) {
        return answer(on(new Event.FilterAsked(++calls, uid, List.of(nodes), "")));
    }

    private static Decision.AnswerFilter answer(List<Decision> decisions) {
        return decisions.stream()
                .filter(Decision.AnswerFilter.class::isInstance)
                .map(Decision.AnswerFilter.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private List<Decision> bind(String uid, String node) {
        return on(new Event.BindAsked(++calls, uid, node));
    }

    private List<Decision> later(long millis) {
        now += millis;
        return on(new Event.Tick());
    }

    private Decision.Entry enter(String claim, int gpus) {
        return on(new Event.EntryAsked(
                        ++calls,
                        claim,
                        "ns",
                        new Gang.Members(
                                "pod", 1, 1, 0, Map.of("nvidia.com/gpu", Integer.toString(gpus)), null, null, null),
                        0,
                        null,
                        false))
                .stream()
                .filter(Decision.AnswerEntry.class::isInstance)
                .map(each -> ((Decision.AnswerEntry) each).entry())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void itGoesWhereItSpoilsLeastOfWhatIsOffered() {
        usual("a");
        begin("a", "b", "c");
        runs("x", 6, "b");
        runs("y", 5, "c");
        seen("u", 2, false);
        assertThat(ask("u", "a", "b", "c").node()).as("fills it").isEqualTo("b");
        seen("v", 1, false);
        assertThat(ask("v", "a", "c").node()).as("b is not offered").isEqualTo("c");
    }

    @Test
    void whatItGotIsCountedUntilItIsBoundAndNoLonger() {
        begin("a");
        seen("u", 8, false);
        assertThat(ask("u", "a").node()).isEqualTo("a");
        assertThat(ask("u", "a").node()).as("asked again").isEqualTo("a");
        assertThat(enter("other", 1)).isInstanceOf(Decision.Entry.Queued.class);
        assertThat(bind("u", "a")).anySatisfy(each -> assertThat(each).isInstanceOf(Decision.Bind.class));
        runs("u", 8, "a");
        assertThat(planner.state().holds.all()).isEmpty();
        on(new Event.PodGone("u"));
        assertThat(enter("next", 8)).isEqualTo(new Decision.Entry.Pinned("a", ""));
    }

    @Test
    void whatNobodyBindsIsFreeAfterAWhileLaterWhereAVolumeIsMade() {
        begin("a", "b");
        seen("u", 8, false);
        seen("v", 8, false, "data");
        assertThat(ask("u", "a").node()).isEqualTo("a");
        assertThat(ask("v", "b").node()).isEqualTo("b");
        later(29_000);
        assertThat(enter("early", 8)).isInstanceOf(Decision.Entry.Queued.class);
        later(2_000);
        assertThat(enter("late", 8)).isEqualTo(new Decision.Entry.Pinned("a", ""));
        later(88_000);
        assertThat(planner.state().holds.get("v")).isNotNull();
        later(2_000);
        assertThat(planner.state().holds.get("v")).isNull();
    }

    @Test
    void aNodeThatTurnsOutWrongIsLeft() {
        usual("a");
        begin("a", "b");
        runs("x", 7, "a");
        seen("u", 1, false);
        assertThat(ask("u", "a", "b").node()).isEqualTo("a");
        assertThat(ask("u", "b").node()).as("a is not offered any more").isEqualTo("b");
        seen("w", 1, false);
        assertThat(ask("w", "a").node()).as("a is free again").isEqualTo("a");
    }

    @Test
    void aNodeThatItWasSentToInVainIsLeft() {
        begin("a", "b");
        seen("v", 8, false);
        String first = ask("v", "a", "b").node();
        assertThat(ask("v", "a", "b").node())
                .as("the answer may have been lost")
                .isEqualTo(first);
        String second = ask("v", "a", "b").node();
        assertThat(second).as("it was not").isNotEmpty().isNotEqualTo(first);
        assertThat(ask("v", first).node()).as("there is no other").isEqualTo(first);
        assertThat(enter("eight", 8)).as("the second is free").isEqualTo(new Decision.Entry.Pinned(second, ""));
    }

    @Test
    void reservationsAndQuotaHoldForItAndItIsToldWhy() {
        begin("a", "b");
        assertThat(enter("claim", 8)).isEqualTo(new Decision.Entry.Pinned("a", ""));
        seen("u", 8, false);
        List<Decision> decisions = on(new Event.FilterAsked(++calls, "u", List.of("a"), ""));
        assertThat(answer(decisions).node()).isEmpty();
        assertThat(answer(decisions).unresolvable()).startsWith("no node has room now");
        assertThat(decisions)
                .anySatisfy(each -> assertThat(each)
                        .isInstanceOfSatisfying(
                                Decision.Touch.class,
                                touch -> assertThat(touch.annotations().get("kumiki.io/why"))
                                        .startsWith("NoRoom: no node has room now")));
        assertThat(later(1000)).as("nothing changed").noneMatch(Decision.Touch.class::isInstance);
        // The claim's pod never came: what the scheduler does not see it is told.
        assertThat(later(15_000)).anyMatch(Decision.Touch.class::isInstance);
        assertThat(ask("u", "a").node()).isEqualTo("a");

        on(new Event.Tenants(
                List.of(new QuotaNode("team", null, Amounts.of("nvidia.com/gpu", 9), null)), Map.of("ns", "team")));
        seen("v", 2, false);
        assertThat(ask("v", "b").unresolvable()).contains("quota team");
        seen("w", 1, false);
        assertThat(ask("w", "b")).isEqualTo(new Decision.AnswerFilter(calls, "b", ""));
    }

    @Test
    void aNewLeaderMakesThePromiseOfTheOneBeforeHisOwnOrRefuses() {
        begin("a", "b");
        seen("u", 8, false);
        seen("v", 8, false);
        assertThat(ask("u", "a").node()).isEqualTo("a");
        on(new Event.Deposed());
        assertThat(bind("u", "a")).noneMatch(Decision.Bind.class::isInstance);
        assertThat(on(new Event.Elected(2)))
                .as("what the leader before decided fails")
                .filteredOn(Decision.Touch.class::isInstance)
                .hasSize(2);
        assertThat(bind("u", "a")).anyMatch(Decision.Bind.class::isInstance);
        assertThat(enter("other", 8)).isEqualTo(new Decision.Entry.Pinned("b", ""));
        assertThat(bind("v", "b"))
                .contains(new Decision.AnswerBind(calls, "there is no room for it on b any more"))
                .noneMatch(Decision.Bind.class::isInstance);
    }

    @Test
    void whereTheSchedulerMadeOthersLeaveItMayGo() {
        begin("a");
        enter("claim", 8);
        seen("u", 8, false);
        assertThat(answer(on(new Event.FilterAsked(++calls, "u", List.of("a"), "a")))
                        .node())
                .isEqualTo("a");
        assertThat(bind("u", "a")).anyMatch(Decision.Bind.class::isInstance);
    }

    @Test
    void whomTheSchedulerOffersNothingIsToldSo() {
        begin("a");
        now += 5_000;
        seen("u", 1, true);
        assertThat(later(1000))
                .anySatisfy(each -> assertThat(each)
                        .isInstanceOfSatisfying(
                                Decision.Touch.class,
                                touch -> assertThat(touch.annotations().get("kumiki.io/why"))
                                        .startsWith("Impossible: ")));
    }
}
