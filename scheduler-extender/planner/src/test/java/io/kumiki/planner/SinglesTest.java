package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Parts of devices, which nobody but us accounts for, and claims whose pods never come.
class SinglesTest {
    private final Planner planner = new Planner(PlannerOptions.DEFAULT);
    private final List<Decision> decided = new ArrayList<>();
    private long now = 1000;

    private List<Decision> on(Event event) {
        List<Decision> all = planner.on(event, now, Instant.ofEpochSecond(1_000_000 + now / 1000));
        decided.addAll(all);
        return all;
    }

    private void node(boolean shared) {
        Map<String, String> labels =
                shared ? Map.of("kumiki.io/gpu-mode", "shared", "nvidia.com/gpu.count", "1") : Map.of();
        Map<String, Long> amounts = shared
                ? Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, Shape.MILLI, 1000L)
                : Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, "nvidia.com/gpu", 1L);
        on(new Event.NodeSeen(new NodeFact("n", true, labels, List.of(), amounts)));
        on(new Event.Elected(1));
    }

    /// A pod that comes too late may be seen before those that have its device.
    @Test
    void aNewLeaderJudgesAPinWhenAllHasBeenSeen() {
        node(true);
        on(new Event.Deposed());
        Gang.Members part = shape(Shape.MILLI, "600");
        on(new Event.SingleSeen(pinned("late", "a", part, "0")));
        on(new Event.PodSeen(new PodFact(
                "u",
                "ns",
                "u",
                "2",
                "n",
                PodFact.Stage.RUNNING,
                false,
                false,
                false,
                "",
                Shape.amounts(part.requests()),
                null,
                "0")));
        on(new Event.Elected(2));
        assertThat(on(new Event.BindAsked(7, "late", "n")))
                .contains(new Decision.AnswerBind(7, "it holds no place on n"))
                .noneMatch(Decision.Bind.class::isInstance);
    }

    private static Gang.Members shape(String resource, String amount) {
        return new Gang.Members("pod", 1, 1, 0, Map.of("cpu", "1", resource, amount), null, null, null);
    }

    private Decision.Entry ask(String claim, Gang.Members shape) {
        return on(new Event.EntryAsked(1, claim, "ns", shape, 0, null, false)).stream()
                .filter(Decision.AnswerEntry.class::isInstance)
                .map(each -> ((Decision.AnswerEntry) each).entry())
                .findFirst()
                .orElseThrow();
    }

    private SingleFact pinned(String uid, String claim, Gang.Members shape, String devices) {
        var pod = new PodFact(
                uid,
                "ns",
                uid,
                "1",
                "",
                PodFact.Stage.PENDING,
                false,
                false,
                false,
                "",
                Shape.amounts(shape.requests()),
                null,
                devices);
        return new SingleFact(pod, shape, 0, 1, null, claim, "n", false, false, "", null, false);
    }

    @Test
    void partsOfADeviceAreGivenOnceAndBoundByUs() {
        node(true);
        Gang.Members part = shape(Shape.MILLI, "600");
        assertThat(ask("a", part)).isEqualTo(new Decision.Entry.Pinned("n", "0"));
        assertThat(ask("a", part)).as("asked again").isEqualTo(new Decision.Entry.Pinned("n", "0"));
        assertThat(ask("b", part)).isInstanceOf(Decision.Entry.Queued.class);
        assertThat(ask("c", shape(Shape.MILLI, "400"))).isEqualTo(new Decision.Entry.Pinned("n", "0"));

        on(new Event.SingleSeen(pinned("u", "a", part, "0")));
        assertThat(on(new Event.BindAsked(7, "u", "n")))
                .anySatisfy(each -> assertThat(each)
                        .isInstanceOfSatisfying(
                                Decision.Bind.class,
                                bind -> assertThat(bind.annotations()).containsEntry("kumiki.io/devices", "0")));
    }

    @Test
    void aPinnedPodIsToldToTheLedgerUntilItIsBound() {
        node(false);
        on(new Event.Tenants(
                List.of(new QuotaNode("team", null, Amounts.of("nvidia.com/gpu", 4), null)), Map.of("ns", "team")));
        Gang.Members whole = shape("nvidia.com/gpu", "1");
        ask("a", whole);
        on(new Event.SingleSeen(pinned("u", "a", whole, "")));
        now += 1000;
        var told = (Decision.Publish) on(new Event.Tick()).getLast();
        assertThat(told.binding())
                .containsExactly(new Decision.Publish.Binding("ns", "pod u", "team", Amounts.of("nvidia.com/gpu", 1)));
        PodFact pod = pinned("u", "a", whole, "").pod();
        on(new Event.PodSeen(new PodFact(
                "u", "ns", "u", "2", "n", PodFact.Stage.PENDING, false, false, false, "", pod.requests(), null, "")));
        now += 1000;
        told = (Decision.Publish) on(new Event.Tick()).getLast();
        assertThat(told.binding()).isEmpty();
        assertThat(told.usage().get("team")).isEqualTo(Amounts.of("nvidia.com/gpu", 1));
    }

    @Test
    void aPodThatComesAfterItsClaimEndedDoesNotGetADeviceThatAnotherHas() {
        node(true);
        Gang.Members part = shape(Shape.MILLI, "600");
        ask("late", part);
        now += 16_000;
        on(new Event.Tick());
        assertThat(ask("next", part)).isEqualTo(new Decision.Entry.Pinned("n", "0"));
        on(new Event.SingleSeen(pinned("u", "late", part, "0")));
        assertThat(on(new Event.BindAsked(7, "u", "n")))
                .contains(new Decision.AnswerBind(7, "it holds no place on n"))
                .noneMatch(Decision.Bind.class::isInstance);
    }

    @Test
    void aClaimWithoutAPodEndsAndWhoeverWaitsTakesItsPlace() {
        node(false);
        Gang.Members whole = shape("nvidia.com/gpu", "1");
        ask("never", whole);
        var gated = new PodFact(
                "u",
                "ns",
                "u",
                "1",
                "",
                PodFact.Stage.PENDING,
                false,
                true,
                false,
                "",
                Shape.amounts(whole.requests()),
                null,
                "");
        on(new Event.SingleSeen(new SingleFact(gated, whole, 0, 1, null, "", "", false, false, "", null, false)));
        assertThat(decided).noneMatch(Decision.Ungate.class::isInstance);
        now += 16_000;
        assertThat(on(new Event.Tick()))
                .anySatisfy(each -> assertThat(each)
                        .isInstanceOfSatisfying(
                                Decision.Ungate.class,
                                ungate -> assertThat(ungate.pin()).isEqualTo("n")));
    }
}
