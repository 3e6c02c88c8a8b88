package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Why;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Pods without a gang preempt and are preempted: only by higher priority, at the least lost work, and what is left
/// goes to the winner.
class SinglePreemptionTest extends Rivals {
    /// They take longer than their slots were kept, and two more of low priority are there.
    @Test
    void nobodyMoreLeavesWhileThoseBeforeAreOnTheirWay() {
        nodes("a", "b");
        on(new Event.Elected(1));
        for (String node : List.of("a", "b")) {
            runs(node + "0", 4, node, 0, 100);
            runs(node + "1", 4, node, 0, 100);
        }
        gangWaits("big", 1, 8, 5);
        List<String> first = evicted();
        assertThat(first).hasSize(2);
        first.forEach(name -> on(new Event.PodSeen(pod(name, 4, name.substring(0, 1), PodFact.Stage.RUNNING, true))));
        for (int i = 0; i < 240; i++) {
            now += 1000;
            on(new Event.Tick());
        }
        assertThat(evicted()).hasSameElementsAs(first);
        // A leader who knows nothing but what the objects say.
        on(new Event.Elected(2));
        now += 1000;
        on(new Event.Tick());
        assertThat(evicted()).hasSameElementsAs(first);
        for (int i = 0; i < 400; i++) {
            now += 1000;
            on(new Event.Tick());
        }
        assertThat(evicted().stream().distinct())
                .as("after ten minutes nobody believes that they will ever go")
                .hasSize(4);
    }

    @Test
    void theLeastWorkIsLostAndTheWinnerGetsThePlace() {
        nodes("a", "b");
        on(new Event.Elected(1));
        runs("old", 8, "a", 0, 5000);
        runs("young", 4, "b", 0, 10);
        runs("middle", 4, "b", 0, 100);
        waits("urgent", 4, 1);
        assertThat(evicted()).containsExactly("young");
        assertThat(ungated()).isEmpty();
        // Whoever comes now and would fit into what is left does not get it.
        waits("thief", 4, 0);
        goes("young");
        assertThat(ungated()).containsExactly("urgent on b");
        assertThat(decided.stream()
                        .filter(Decision.Touch.class::isInstance)
                        .map(d -> ((Decision.Touch) d).annotations().get(Said.WHY)))
                .contains("Preempting: waits for n/young to leave; 284 GPU-seconds of work are lost")
                .anyMatch(why -> why.startsWith("NoRoom: "));
    }

    @Test
    void nobodyOfEqualOrHigherPriorityGoes() {
        nodes("a");
        on(new Event.Elected(1));
        runs("equal", 4, "a", 1, 10);
        runs("higher", 4, "a", 2, 10);
        waits("urgent", 4, 1);
        gangWaits("gang", 1, 4, 1);
        assertThat(evicted()).isEmpty();
    }

    @Test
    void aGangWithoutAnyRoomIsNotToldThatItOnlyWaitsForAnother() {
        nodes("a", "b");
        on(new Event.Elected(1));
        runs("first", 8, "a", 2, 10);
        runs("second", 8, "b", 2, 10);
        waits("lone", 2, 1);
        gangWaits("gang", 2, 8, 0);
        Plan plan = java.util.Objects.requireNonNull(planner.state().plans.get("n/gang"));
        assertThat(plan.why).isEqualTo(Why.NoRoom);
        assertThat(plan.message())
                .startsWith("the cluster has room for 0 of 2 ")
                .doesNotContain("kept for n/lone");
    }

    @Test
    void nobodyGoesInVain() {
        nodes("a");
        on(new Event.Elected(1));
        runs("lower", 4, "a", 0, 10);
        runs("higher", 4, "a", 2, 10);
        waits("urgent", 8, 1);
        gangWaits("gang", 2, 4, 1);
        assertThat(evicted()).isEmpty();
    }

    @Test
    void aGangTakesThePlaceOfSinglePods() {
        nodes("a", "b");
        on(new Event.Elected(1));
        runs("a1", 4, "a", 0, 10);
        runs("a2", 4, "a", 0, 20);
        runs("b1", 8, "b", 0, 9000);
        gangWaits("gang", 1, 8, 1);
        assertThat(evicted()).containsExactlyInAnyOrder("a1", "a2");
        Plan gang = planner.state().plans.get("n/gang");
        assertThat(gang.why).isEqualTo(Why.Preempting);
        goes("a1");
        assertThat(gang.phase).isEqualTo(Gang.Phase.Waiting);
        goes("a2");
        assertThat(gang.phase).isEqualTo(Gang.Phase.Reserved);
        assertThat(gang.rows.getFirst().nodes).containsExactly("a");
    }

    @Test
    void aWholeGangGoesForASinglePodWhereThatIsCheapest() {
        nodes("a", "b");
        on(new Event.Elected(1));
        gangWaits("gang", 2, 4, 0);
        Plan gang = planner.state().plans.get("n/gang");
        assertThat(gang.rows.getFirst().nodes).containsExactly("a", "a");
        runs("b1", 8, "b", 0, 90_000);
        waits("urgent", 2, 1);
        assertThat(gang.why).isEqualTo(Why.Preempted);
        assertThat(evicted()).isEmpty();
    }

    @Test
    void whoDidNotHearIsToldAgainWhileSomebodyWaits() {
        nodes("a");
        on(new Event.Elected(1));
        runs("deaf", 8, "a", 0, 10);
        waits("urgent", 8, 1);
        assertThat(evicted()).hasSize(1);
        now += 2000;
        on(new Event.Tick());
        assertThat(evicted()).hasSize(1);
        now += 5000;
        on(new Event.Tick());
        assertThat(evicted()).hasSize(2);
        on(new Event.PodSeen(pod("deaf", 8, "a", PodFact.Stage.PENDING, true)));
        now += 20_000;
        on(new Event.Tick());
        assertThat(evicted()).as("it is going").hasSize(2);
        // The winner goes: what is left is anybody's.
        goes("urgent");
        waits("other", 8, 0);
        goes("deaf");
        assertThat(ungated()).containsExactly("other on a");
    }
}
