package io.kumiki.kube.scheduling;

import static io.kumiki.kube.scheduling.World.cpu;
import static io.kumiki.kube.scheduling.World.json;
import static io.kumiki.kube.scheduling.World.node;
import static io.kumiki.kube.scheduling.World.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class PreemptionTest {
    private static ObjectNode labelled(String name, String amount, int priority) {
        ObjectNode pod = cpu(name, amount, priority);
        ((ObjectNode) pod.path("metadata")).putObject("labels").put("app", name.substring(0, 1));
        return pod;
    }

    private static ObjectNode started(String name, String amount, int priority, int second) {
        ObjectNode pod = labelled(name, amount, priority);
        ((ObjectNode) pod.path("status"))
                .put("startTime", World.T.plusSeconds(second).toString());
        return pod;
    }

    @Test
    void asFewVictimsAsPossibleAndTheLeastImportant() {
        World world = new World()
                .with(node("n", "{}", "{}"))
                .on("n", cpu("low1", "1", 1))
                .on("n", cpu("low2", "1", 1))
                .on("n", cpu("mid", "1", 5))
                .on("n", cpu("peer", "1", 9));
        assertThat(world.fate(cpu("big", "2", 9))).isEqualTo("clears n");
        assertThat(world.evicted).containsExactlyInAnyOrder("low1", "low2");
        assertThat(world.finishEvictions().run().said.get("big")).isEqualTo("on n");
    }

    @Test
    void theVictimThatRunsShortestGoes() {
        World world = new World()
                .with(node("n", "{'cpu':'2'}", "{}"))
                .on("n", started("old", "1", 1, 0))
                .on("n", started("new", "1", 1, 60));
        world.fate(cpu("p", "1", 9));
        assertThat(world.evicted).containsExactly("new");
    }

    @Test
    void theNodeThatHurtsLeast() {
        World world = new World()
                .with(
                        node("a", "{'cpu':'2'}", "{}"),
                        node("b", "{'cpu':'2'}", "{}"),
                        node("c", "{'cpu':'2'}", "{}"),
                        node("d", "{'cpu':'2'}", "{}"))
                .on("a", cpu("a1", "2", 7))
                .on("b", cpu("b1", "1", 3))
                .on("b", cpu("b2", "1", 3))
                .on("c", started("c1", "2", 3, 10))
                .on("d", started("d1", "2", 3, 20));
        assertThat(world.fate(cpu("p", "2", 9))).as("one victim, the younger").isEqualTo("clears d");
    }

    @Test
    void budgetsAreBrokenLast() {
        World world = new World()
                .with(node("a", "{'cpu':'1'}", "{}"), node("b", "{'cpu':'1'}", "{}"))
                .on("a", labelled("guarded", "1", 1))
                .on("b", labelled("free", "1", 5));
        world.scheduler.budget(
                json(
                        "{'metadata':{'namespace':'ns','name':'b'},'spec':{'selector':{'matchLabels':{'app':'g'}}},'status':{'disruptionsAllowed':0}}"),
                false);
        assertThat(world.fate(cpu("p", "1", 9))).isEqualTo("clears b");
        assertThat(world.fate(cpu("q", "1", 9)))
                .as("but they are, when nothing else helps")
                .isEqualTo("clears a");
        assertThat(world.evicted).containsExactly("free", "guarded");
    }

    @Test
    void onOneNodeTheGuardedStaysEvenIfLessImportant() {
        World world = new World()
                .with(node("n", "{'cpu':'2'}", "{}"))
                .on("n", labelled("guarded", "1", 1))
                .on("n", labelled("free", "1", 5));
        world.scheduler.budget(
                json(
                        "{'metadata':{'namespace':'ns','name':'b'},'spec':{'selector':{'matchLabels':{'app':'g'}}},'status':{'disruptionsAllowed':0}}"),
                false);
        world.fate(cpu("p", "1", 9));
        assertThat(world.evicted).containsExactly("free");
    }

    @Test
    void neverMeansNever() {
        World world = new World().with(node("n", "{}", "{}")).on("n", cpu("low", "4", 0));
        ObjectNode polite = cpu("p", "1", 9);
        ((ObjectNode) polite.path("spec")).put("preemptionPolicy", "Never");
        assertThat(world.fate(polite))
                .isEqualTo(
                        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to"
                                + " preemptionPolicy=Never.");
        assertThat(world.gone("low").run().said.get("p")).isEqualTo("on n");
    }

    @Test
    void theClearedPlaceIsKeptForThePreemptor() {
        World world = new World().with(node("n", "{}", "{}")).on("n", cpu("low", "4", 0));
        assertThat(world.fate(cpu("high", "3", 9))).isEqualTo("clears n");
        world.gone("low");
        assertThat(world.fate(cpu("thief", "2", 5))).contains("Insufficient cpu");
        assertThat(world.said.get("high")).isEqualTo("on n");
        assertThat(world.fate(cpu("small", "1", 5))).isEqualTo("on n");
    }

    @Test
    void whileVictimsEndNobodyElseIsKilledForIt() {
        World world = new World()
                .with(node("a", "{}", "{}"), node("b", "{}", "{}"))
                .on("a", cpu("la", "4", 0))
                .on("b", cpu("lb", "4", 1));
        assertThat(world.fate(cpu("high", "3", 9))).isEqualTo("clears a");
        world.with(node("c", "{'cpu':'1'}", "{}")).later(400);
        assertThat(world.evicted).containsExactly("la");
        assertThat(world.said.get("high")).endsWith("not eligible due to a terminating pod on the nominated node.");
    }

    @Test
    void aHigherOneTakesTheKeptPlaceAndTheLowerTriesAgain() {
        World world = new World().with(node("n", "{}", "{}")).on("n", cpu("low", "4", 0));
        assertThat(world.fate(cpu("mid", "4", 5))).isEqualTo("clears n");
        assertThat(world.fate(cpu("top", "4", 9))).isEqualTo("clears n");
        world.finishEvictions().later(30);
        assertThat(world.said.get("top")).isEqualTo("on n");
        assertThat(world.said.get("mid")).contains("Insufficient cpu");
    }

    @Test
    void aPreemptorThatGoesGivesItsPlaceBack() {
        World world = new World().with(node("n", "{}", "{}")).on("n", cpu("low", "4", 0));
        world.fate(cpu("high", "4", 9));
        world.gone("low");
        // Not run: the place is free and kept.
        world.come(cpu("next", "4", 5));
        world.gone("high").run();
        assertThat(world.said.get("next")).isEqualTo("on n");
    }

    @Test
    void antiAffinityAndSpreadAreReasonsToPreemptToo() {
        World world = new World()
                .with(node("n", "{}", "{'zone':'z'}"))
                .on("n", pod("w", "{'app':'w'}", "{'priority':0,'containers':[]}"));
        String apart =
                "{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'zone','labelSelector':{'matchLabels':{'app':'w'}}}]}}";
        assertThat(world.fate(pod("p", "{}", "{'priority':9,'containers':[],'affinity':" + apart + "}")))
                .isEqualTo("clears n");
        assertThat(world.evicted).containsExactly("w");
    }

    @Test
    void nothingChangesInTheTableByThinking() {
        World world = new World()
                .with(node("n", "{}", "{}"))
                .on("n", cpu("low", "2", 0))
                .on("n", cpu("peer", "2", 9));
        assertThat(world.fate(cpu("p", "4", 9)))
                .isEqualTo(
                        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1"
                                + " Insufficient cpu.");
        assertThat(world.fate(cpu("q", "1", 0))).contains("Insufficient cpu");
        world.gone("peer").run();
        assertThat(world.said.get("p")).as("now it may preempt").isEqualTo("clears n");
    }
}
