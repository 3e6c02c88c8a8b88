package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.learned.RunTimes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The clock on the wall is put forward or back: whatever is waited for is waited for as long as before.
class ClockJumpTest extends OnePlanner {
    private Plan gang(String name) {
        var of = new Gang.Members("w", 1, 1, 0, Map.of("cpu", "1", GPU, "8"), null, null, null);
        var spec = new Gang.Spec(0, false, List.of(of), null, null, null, 0, null, null, null);
        long created = 1_000_000 + off + now / 1000;
        on(new Event.GangSeen(new GangFact("ns", name, "uid-" + name, "1", created, "job", spec, null)));
        return plan(name);
    }

    private Plan plan(String name) {
        return Objects.requireNonNull(planner.state().plans.get("ns/" + name));
    }

    private static Estimate estimate(long at) {
        return Estimate.of(at, null, null, RunTimes.From.unknown);
    }

    private void begin() {
        on(new Event.NodeSeen(new NodeFact(
                "a", true, Map.of(), List.of(), Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, GPU, 8L))));
        on(new Event.Elected(1));
    }

    private void pass(long millis) {
        for (long until = now + millis; now < until; ) {
            now += 500;
            on(new Event.Tick());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3_600, -3_600, 10_000_000, -999_000})
    void aReservationEndsAfterItsTimeAndTheNextOneGetsTheRoom(long jump) {
        begin();
        assertThat(gang("first").phase).isEqualTo(Gang.Phase.Reserved);
        Plan next = gang("next");
        assertThat(next.phase).isEqualTo(Gang.Phase.Waiting);
        pass(20_000);
        off += jump;
        pass(38_000);
        assertThat(plan("first").phase).as("58 s after it was made").isEqualTo(Gang.Phase.Reserved);
        pass(7_000);
        assertThat(plan("next").phase).as("after 65 s").isEqualTo(Gang.Phase.Reserved);
    }

    @ParameterizedTest
    @ValueSource(longs = {3_600, -3_600})
    void aHeldBindIsGivenUpAfterItsTime(long jump) {
        begin();
        var of = new Gang.Members("w", 2, 2, 0, Map.of("cpu", "1", GPU, "4"), null, null, null);
        var spec = new Gang.Spec(0, false, List.of(of), null, null, null, 0, null, null, null);
        on(new Event.GangSeen(new GangFact("ns", "g", "uid-g", "1", 1, "job", spec, null)));
        on(new Event.PodSeen(new PodFact(
                "p0",
                "ns",
                "p0",
                "1",
                "",
                PodFact.Stage.PENDING,
                false,
                false,
                false,
                "job",
                Map.of("cpu", 1_000L, GPU, 4L),
                new PodFact.Member("g", "w", 0, "uid-g.0", false),
                "")));
        assertThat(on(new Event.BindAsked(7, "p0", "a"))).noneMatch(Decision.AnswerBind.class::isInstance);
        off += jump;
        boolean answered = false;
        for (int i = 0; i < 25; i++) {
            now += 1_000;
            answered |= on(new Event.Tick()).stream().anyMatch(Decision.AnswerBind.class::isInstance);
        }
        assertThat(answered).as("within 25 s").isFalse();
        for (int i = 0; i < 10; i++) {
            now += 1_000;
            answered |= on(new Event.Tick()).stream().anyMatch(Decision.AnswerBind.class::isInstance);
        }
        assertThat(answered).as("within 35 s").isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {3_600, -3_600})
    void anEstimateThatMovedIsTold(long jump) {
        var writes = new EstimateWrites(10);
        long second = 1_000_000;
        assertThat(writes.due(Map.of("ns/g", estimate(second + 1_000)), second)).hasSize(1);
        long later = second + jump;
        assertThat(writes.due(Map.of("ns/g", estimate(later + 1_000)), later)).hasSize(1);
    }
}
