package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.BudgetFact;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Two nodes of one GPU each; a gang of two runs on them, one of higher priority wants a GPU.
class BudgetsTest extends OnePlanner {
    private static Gang.Spec spec(int members, int priority, boolean gated) {
        var of = new Gang.Members("w", members, members, 0, Map.of("cpu", "1", GPU, "1"), null, null, null);
        return new Gang.Spec(0, gated, List.of(of), null, null, null, priority, null, null, null);
    }

    private PodFact pod(int slot, String node, boolean vetoed) {
        return new PodFact(
                "p" + slot,
                "ns",
                "p" + slot,
                Integer.toString(version++),
                node,
                node.isEmpty() ? PodFact.Stage.PENDING : PodFact.Stage.RUNNING,
                false,
                false,
                vetoed,
                "job",
                Map.of("cpu", 1_000L, GPU, 1L),
                new PodFact.Member("low", "w", slot, "uid-low.0", false, Map.of("app", "low")),
                "");
    }

    private void begin(boolean gated) {
        for (String name : List.of("a", "b")) {
            on(new Event.NodeSeen(new NodeFact(
                    name,
                    true,
                    Map.of(),
                    List.of(),
                    Map.of("cpu", 16_000L, "memory", 64L << 30, "pods", 110L, GPU, 1L))));
        }
        on(new Event.Elected(1));
        var slots = List.of(new Gang.Slots("w", List.of("a", "b"), null));
        var status = new Gang.Status(
                Gang.Phase.Running, 1, 0, null, slots, "2/2", "Started", "", null, "2026-01-01T00:00:00Z");
        on(new Event.PodSeen(pod(0, "a", false)));
        on(new Event.PodSeen(pod(1, "b", false)));
        on(new Event.GangSeen(new GangFact("ns", "low", "uid-low", "1", 1, "job", spec(2, 0, gated), status)));
    }

    private void budget(String name, String app, int allowed) {
        on(new Event.BudgetSeen(
                new BudgetFact("ns", name, List.of(new Gang.Requirement("app", "In", List.of(app))), allowed)));
    }

    private List<Decision> higher() {
        return on(new Event.GangSeen(new GangFact("ns", "high", "uid-high", "1", 2, "", spec(1, 5, false), null)));
    }

    private Plan plan(String name) {
        return Objects.requireNonNull(planner.state().plans.get("ns/" + name));
    }

    private static List<String> evicted(List<Decision> decisions) {
        assertThat(decisions).noneMatch(Decision.DeletePod.class::isInstance);
        return decisions.stream()
                .filter(Decision.EvictPod.class::isInstance)
                .map(each -> ((Decision.EvictPod) each).pod().uid())
                .toList();
    }

    @Test
    void aGangWhoseBudgetDoesNotLetAllOfItGoIsNotPreempted() {
        begin(true);
        budget("others", "other", 0);
        budget("own", "low", 1);
        assertThat(evicted(higher())).isEmpty();
        assertThat(plan("low").phase).isEqualTo(Gang.Phase.Running);
        assertThat(plan("high").said).contains(new Clause.BudgetsProtect(1));
        assertThat(plan("high").message())
                .contains("1 gang of lower priority may not be preempted: PodDisruptionBudgets protect their pods");
        budget("own", "low", 2);
        assertThat(plan("low").why).isEqualTo(Why.Preempted);
    }

    @Test
    void aBudgetThatWasCountedBeforeAMemberWasLostAllowsOneLess() {
        begin(true);
        budget("own", "low", 1);
        on(new Event.PodGone("p0"));
        assertThat(evicted(higher())).isEmpty();
        assertThat(plan("low").phase).isEqualTo(Gang.Phase.Repairing);
        budget("own", "low", 1);
        assertThat(plan("low").why).isEqualTo(Why.Preempted);
    }

    @Test
    void twoBudgetsOfOnePodAreMoreThanTheEvictionApiTakes() {
        begin(true);
        budget("own", "low", 2);
        budget("twice", "low", 2);
        assertThat(evicted(higher())).isEmpty();
        on(new Event.BudgetGone("ns", "twice"));
        assertThat(plan("low").why).isEqualTo(Why.Preempted);
    }

    @Test
    void whoMakesWayIsAskedAgainAndNeverDeleted() {
        begin(true);
        assertThat(evicted(higher())).containsExactly("p0", "p1");
        List<Decision> told = on(new Event.EvictionRefused("p1", "Cannot evict pod"));
        assertThat(plan("low").said).contains(new Clause.BudgetRefuses("p1", "Cannot evict pod"));
        assertThat(told)
                .anySatisfy(each -> assertThat(each)
                        .isInstanceOfSatisfying(
                                Decision.WriteStatus.class,
                                write -> assertThat(write.status().message())
                                        .isEqualTo(
                                                "ns/high has priority 5; pod p1 may not leave yet: Cannot evict pod")));
        on(new Event.PodGone("p0"));
        now += 4_000;
        assertThat(evicted(on(new Event.Tick()))).isEmpty();
        now += 1_000;
        assertThat(evicted(on(new Event.Tick()))).containsExactly("p1");
    }

    @Test
    void theRestOfABrokenGangIsNotProtected() {
        begin(true);
        budget("own", "low", 0);
        on(new Event.PodGone("p0"));
        now += 40_000;
        assertThat(evicted(on(new Event.Tick()))).containsExactly("p1");
        assertThat(on(new Event.EvictionRefused("p1", "no")))
                .anySatisfy(each -> assertThat(each)
                        .isInstanceOfSatisfying(
                                Decision.DeletePod.class,
                                delete -> assertThat(delete.pod().uid()).isEqualTo("p1")));
    }

    @Test
    void whatAControllerOfOursMakesAnewIsDeleted() {
        begin(false);
        on(new Event.PodGone("p0"));
        now += 40_000;
        assertThat(on(new Event.Tick())).anyMatch(Decision.DeletePod.class::isInstance);
    }
}
