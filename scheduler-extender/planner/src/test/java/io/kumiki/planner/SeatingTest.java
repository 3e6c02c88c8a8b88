package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A gang of four that its owner lets be pinned, on four nodes of one GPU each.
class SeatingTest extends OnePlanner {
    private long calls;

    @BeforeEach
    void nodes() {
        for (int i = 0; i < 4; i++) {
            on(new Event.NodeSeen(new NodeFact(
                    "node-" + i,
                    true,
                    Map.of(),
                    List.of(),
                    Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, GPU, 1L))));
        }
        on(new Event.Elected(1));
    }

    private void gang(int attempt, @Nullable Boolean pinned) {
        var members = new Gang.Members("w", 4, 4, 0, Map.of("cpu", "1", GPU, "1"), null, null, null);
        var spec = new Gang.Spec(
                attempt, true, List.of(members), null, null, null, 0, null, null, null, null, null, pinned);
        on(new Event.GangSeen(new GangFact("ns", "g", "uid", Integer.toString(version++), 1, "job", spec, null)));
    }

    private PodFact pod(String name, int slot) {
        return new PodFact(
                name,
                "ns",
                name,
                Integer.toString(version++),
                "",
                PodFact.Stage.PENDING,
                false,
                slot < 0,
                false,
                "job",
                Map.of("cpu", 1_000L, GPU, 1L),
                new PodFact.Member("g", "w", slot, slot < 0 ? "" : "uid.0", false),
                "");
    }

    private Decision.@Nullable Seat ask(String claim, String controller) {
        return on(new Event.SeatAsked(++calls, claim, "ns/g", "w", controller)).stream()
                .filter(Decision.AnswerSeat.class::isInstance)
                .map(Decision.AnswerSeat.class::cast)
                .findFirst()
                .orElseThrow()
                .seat();
    }

    private Decision.Seat seated(String claim) {
        Decision.Seat seat = ask(claim, "job");
        assertThat(seat).isNotNull();
        return seat;
    }

    private Plan plan() {
        return planner.state().plans.get("ns/g");
    }

    private void later(long millis) {
        long until = now + millis;
        while (now < until) {
            now = Math.min(until, now + 1000);
            on(new Event.Tick());
        }
    }

    @Test
    void itIsPlacedWhenTheFirstHasComeAndTheOthersAreSeatedAsTheyCome() {
        on(new Event.PodSeen(pod("p0", -1)));
        gang(0, true);
        assertThat(plan().phase).isEqualTo(Gang.Phase.Reserved);
        List<String> nodes = new ArrayList<>();
        for (String claim : List.of("a", "b", "c")) {
            Decision.Seat seat = seated(claim);
            assertThat(seat).as("asked again, the answer is the same").isEqualTo(seated(claim));
            nodes.add(seat.node() + "/" + seat.annotations().get(Progress.SLOT));
        }
        assertThat(nodes)
                .containsExactly(
                        plan().rows.getFirst().nodes.get(3) + "/3",
                        plan().rows.getFirst().nodes.get(2) + "/2",
                        plan().rows.getFirst().nodes.get(1) + "/1");
        assertThat(ask("d", "job")).as("the last one is the gated member's").isNull();
    }

    @Test
    void nobodyElseIsSeated() {
        assertThat(ask("a", "job")).as("there is no gang").isNull();
        on(new Event.PodSeen(pod("p0", -1)));
        gang(0, true);
        assertThat(ask("a", "another")).as("its controller is another").isNull();
        on(new Event.PodGone("p0"));
        assertThat(ask("a", "job")).as("nobody of it is left").isNull();
        on(new Event.Deposed());
        assertThat(ask("a", "job")).as("this one does not lead").isNull();
    }

    @Test
    void whereItsOwnerDidNotAllowItAllMustExist() {
        on(new Event.PodSeen(pod("p0", -1)));
        gang(0, null);
        later(3_000);
        assertThat(plan().phase).isEqualTo(Gang.Phase.Waiting);
        assertThat(plan().why).isEqualTo(Why.MembersMissing);
        assertThat(ask("a", "job")).isNull();
    }

    @Test
    void aSeatThatNobodyTakesIsFreeAgain() {
        on(new Event.PodSeen(pod("p0", -1)));
        gang(0, true);
        String slot = seated("a").annotations().get(Progress.SLOT);
        on(new Event.PodSeen(pod("p1", 2)));
        on(new Event.PodSeen(pod("p2", 1)));
        on(new Event.PodSeen(pod("p0", 0)));
        assertThat(ask("b", "job")).isNull();
        now += 16_000;
        assertThat(seated("b").annotations().get(Progress.SLOT)).isEqualTo(slot);
    }

    @Test
    void whoDoesNotComeIsNotWaitedForWithSlotsHeld() {
        on(new Event.PodSeen(pod("p0", -1)));
        gang(0, true);
        on(new Event.PodSeen(pod("p1", 1)));
        later(9_000);
        assertThat(plan().phase).isNotEqualTo(Gang.Phase.Releasing);
        later(3_000);
        assertThat(plan().why).isEqualTo(Why.MembersMissing);
        assertThat(plan().message()).contains("2 of 4");
        on(new Event.PodGone("p1"));
        assertThat(plan().phase).isEqualTo(Gang.Phase.Waiting);
        gang(1, true);
        later(3_000);
        assertThat(plan().phase).as("at the next attempt all must exist first").isEqualTo(Gang.Phase.Waiting);
    }

    /// Two leaders one after the other may have given it.
    @Test
    void ofTwoInOneSlotOneGoes() {
        on(new Event.PodSeen(pod("p0", 0)));
        gang(0, true);
        on(new Event.PodSeen(pod("p1", -1)));
        on(new Event.PodSeen(pod("p2", 2)));
        on(new Event.PodSeen(pod("p3", 3)));
        on(new Event.PodSeen(pod("q3", 3)));
        String node = plan().rows.getFirst().nodes.get(3);
        List<Decision> decided = on(new Event.BindAsked(77, "q3", node));
        assertThat(decided).contains(new Decision.AnswerBind(77, "its slot is another's"));
        later(6_000);
        assertThat(Occupancy.of(plan(), planner.state()).isExtra("q3")).isTrue();
        assertThat(plan().asked).containsKey("q3");
    }
}
