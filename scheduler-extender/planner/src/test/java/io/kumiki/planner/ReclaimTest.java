package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Why;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a tenant lends of its guarantee it gets back when it needs it: from whoever borrowed it, at the least lost
/// work, whatever their priority; and nobody borrows from those who are within theirs.
class ReclaimTest extends Rivals {
    private static final String GPU = "nvidia.com/gpu";

    @BeforeEach
    void tenants() {
        nodes("a", "b");
        on(new Event.Elected(1));
        on(new Event.Tenants(
                List.of(
                        new QuotaNode("root", null, Amounts.of(GPU, 16), null),
                        new QuotaNode("owners", "root", Amounts.of(GPU, 8), null),
                        new QuotaNode("guests", "root", Amounts.of(GPU, 8), null)),
                Map.of("owners", "owners", "guests", "guests")));
    }

    private Plan plan(String key) {
        return Objects.requireNonNull(planner.state().plans.get(key));
    }

    private void guests() {
        namespace = "guests";
    }

    private void owners() {
        namespace = "owners";
    }

    @Test
    void theCheapestBorrowerGivesBackWhateverItsPriority() {
        guests();
        runs("old", 8, "a", 100, 5000);
        runs("young", 8, "b", 100, 10);
        owners();
        gangWaits("own", 1, 8, 0);
        assertThat(evicted()).containsExactly("young");
        assertThat(plan("owners/own").why).isEqualTo(Why.Preempting);
        assertThat(decided.stream().filter(Decision.EvictPod.class::isInstance).map(d -> ((Decision.EvictPod) d).why()))
                .containsExactly(
                        "it used more than is guaranteed to its tenant, and a gang of another tenant (8 GPUs) takes back what is guaranteed to its own");
        goes("young");
        assertThat(plan("owners/own").phase).isEqualTo(Gang.Phase.Reserved);
        assertThat(plan("owners/own").rows.getFirst().nodes).containsExactly("b");
    }

    @Test
    void nobodyGivesMoreThanItBorrowed() {
        guests();
        runs("one", 8, "a", 0, 10);
        runs("two", 8, "b", 0, 20);
        owners();
        gangWaits("own", 1, 8, 0);
        goes("one");
        assertThat(plan("owners/own").phase).isEqualTo(Gang.Phase.Reserved);
        gangWaits("more", 1, 8, 0);
        assertThat(evicted()).containsExactly("one");
        assertThat(plan("owners/more").why).isEqualTo(Why.QuotaBorrowing);
    }

    @Test
    void whatIsGivenBackNobodyElseBorrows() {
        guests();
        runs("one", 4, "a", 0, 10);
        runs("two", 4, "a", 0, 20);
        runs("three", 8, "b", 50, 30);
        owners();
        gangWaits("own", 1, 4, 0);
        assertThat(evicted()).containsExactly("one");
        guests();
        nodes("c");
        // Comes before it in the queue, and would have room there.
        waits("lone", 4, 50);
        assertThat(evicted()).containsExactly("one", "two");
        waits("another", 4, 50);
        goes("one");
        goes("two");
        assertThat(plan("owners/own").phase).isEqualTo(Gang.Phase.Reserved);
        assertThat(ungated()).containsExactly("lone on c");
    }

    @Test
    void aRichJobOfABorrowerTakesFromItsOwnTenantOnly() {
        guests();
        runs("one", 8, "a", 0, 10);
        runs("two", 4, "b", 0, 20);
        owners();
        runs("own", 4, "b", 0, 1);
        guests();
        gangWaits("rich", 1, 4, 100);
        assertThat(evicted()).containsExactly("two");
        goes("two");
        assertThat(plan("guests/rich").phase).isEqualTo(Gang.Phase.Reserved);
    }

    @Test
    void aSinglePodGetsItsTenantsGuaranteeBack() {
        guests();
        runs("old", 8, "a", 7, 5000);
        runs("young", 4, "b", 7, 10);
        gangWaits("gang", 1, 4, 7);
        owners();
        waits("notebook", 1, 0);
        assertThat(plan("guests/gang").why).as("it has lost nothing yet").isEqualTo(Why.Preempted);
        assertThat(evicted()).isEmpty();
        assertThat(ungated()).containsExactly("notebook on b");
    }

    @Test
    void whoWouldBorrowTakesNothingFromThoseWithinTheirGuarantee() {
        owners();
        runs("own", 8, "a", 0, 10);
        guests();
        runs("theirs", 8, "b", 0, 10);
        gangWaits("rich", 1, 8, 100);
        waits("lone", 8, 100);
        assertThat(evicted()).as("of their own they may").containsExactly("theirs");
    }

    @Test
    void whoeverIsWithinItsGuaranteeKeepsItsPlaceEvenWhereThereIsTooLittleForAll() {
        on(new Event.NodeGone("b"));
        guests();
        runs("theirs", 8, "a", 0, 10);
        owners();
        gangWaits("urgent", 1, 8, 1);
        assertThat(evicted()).isEmpty();
    }

    @Test
    void nobodyBehindABlockedHeadLosesItsGuarantee() {
        guests();
        runs("one", 4, "a", 0, 10);
        runs("two", 4, "a", 0, 20);
        runs("three", 4, "b", 0, 30);
        gangWaits("head", 2, 2, 100);
        assertThat(plan("guests/head").phase).isEqualTo(Gang.Phase.Reserved);
        gangWaits("blocked", 1, 8, 0);
        owners();
        gangWaits("own", 1, 4, 0);
        assertThat(plan("guests/head").why)
                .as("the cheapest: nothing of it has started")
                .isEqualTo(Why.Preempted);
        assertThat(plan("owners/own").phase).isEqualTo(Gang.Phase.Reserved);
    }

    @Test
    void aPlaceIsKeptAsLongAsItsQuotaIsOnItsWay() {
        on(new Event.Tenants(
                List.of(
                        new QuotaNode("root", null, Amounts.of(GPU, 16), null),
                        new QuotaNode("team", "root", Amounts.NONE, Amounts.of(GPU, 8))),
                Map.of("n", "team")));
        runs("here", 4, "a", 0, 10);
        runs("there", 4, "b", 0, 10);
        gangWaits("urgent", 1, 8, 100);
        assertThat(evicted()).containsExactlyInAnyOrder("here", "there");
        on(new Event.PodSeen(pod("there", 4, "b", PodFact.Stage.RUNNING, true)));
        goes("here");
        waits("late", 4, 0);
        for (int second = 0; second < 300; second++) {
            now += 1000;
            on(new Event.Tick());
        }
        assertThat(ungated())
                .as("it would take the quota that the other waits for")
                .isEmpty();
        goes("there");
        assertThat(plan("n/urgent").phase).isEqualTo(Gang.Phase.Reserved);
    }
}
