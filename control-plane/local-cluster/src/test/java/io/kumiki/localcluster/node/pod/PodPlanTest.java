package io.kumiki.localcluster.node.pod;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.pod.ContainerState.Ended;
import io.kumiki.localcluster.node.pod.PodPlan.Act;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PodPlanTest {
    private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");
    private static final String STEP =
            "{'restartPolicy':'%s','initContainers':[{'name':'fetch'},{'name':'publish','restartPolicy':'Always'},{'name':'proxy','restartPolicy':'Always'}],"
                    + "'containers':[{'name':'main'},{'name':'other'}]}";

    private PodPlan plan;
    private List<ContainerState> states;

    PodPlanTest() {
        with("Never");
    }

    private void with(String restartPolicy) {
        with(restartPolicy, STEP.formatted(restartPolicy));
    }

    private void with(String restartPolicy, String text) {
        ObjectNode spec = (ObjectNode) Json.parse(text.replace('\'', '"'));
        spec.put("restartPolicy", restartPolicy);
        plan = new PodPlan(spec);
        states = new ArrayList<>(PodPlan.created(spec));
    }

    private String acts(boolean ending, Instant now) {
        List<String> words = new ArrayList<>();
        for (Act act : plan.decide(states, ending, now)) {
            words.add(
                    switch (act) {
                        case Act.Start start -> "start " + start.container();
                        case Act.Stop stop -> "stop " + stop.container();
                        case Act.AskAgain again -> "ask at +" + (again.at().getEpochSecond() - T.getEpochSecond());
                        case Act.Finish finish -> finish.succeeded() ? "succeeded" : "failed";
                    });
        }
        return String.join(", ", words);
    }

    private String acts() {
        return acts(false, T);
    }

    private void running(String name) {
        states.replaceAll(
                state -> state.name().equals(name) ? state.running(T, plan.health(name, false, false), null) : state);
    }

    private void ended(String name, int code) {
        ended(name, code, false);
    }

    private void ended(String name, int code, boolean ending) {
        boolean ends = ending || PodPlan.isOver(states);
        states.replaceAll(state -> state.name().equals(name)
                ? plan.after(state, new Ended(code, PodStatus.reason(code), null, T, T), ends)
                : state);
    }

    private void allRunning() {
        running("fetch");
        ended("fetch", 0);
        List.of("publish", "proxy", "main", "other").forEach(this::running);
    }

    @Test
    void initsInOrderThenMainsTogetherThenSidecarsInReverse() {
        assertThat(acts()).isEqualTo("start fetch");
        running("fetch");
        assertThat(acts()).isEmpty();
        ended("fetch", 0);
        assertThat(acts()).isEqualTo("start publish");
        running("publish");
        assertThat(acts()).isEqualTo("start proxy");
        running("proxy");
        assertThat(acts()).isEqualTo("start main, start other");
        running("main");
        running("other");
        ended("main", 0);
        assertThat(acts()).isEmpty();
        ended("other", 0);
        assertThat(acts()).isEqualTo("stop proxy");
        ended("proxy", 0);
        assertThat(acts()).isEqualTo("stop publish");
        ended("publish", 143);
        assertThat(acts()).as("a sidecar's exit code does not count").isEqualTo("succeeded");
    }

    @Test
    void aFailedInitEndsThePod() {
        running("fetch");
        ended("fetch", 1);
        assertThat(acts()).isEqualTo("failed");
    }

    @Test
    void aFailedMainFailsThePodWhenAllHaveEnded() {
        allRunning();
        ended("main", 3);
        assertThat(acts()).isEmpty();
        ended("other", 0);
        assertThat(acts()).isEqualTo("stop proxy");
        ended("proxy", 0);
        ended("publish", 0);
        assertThat(acts()).isEqualTo("failed");
    }

    @Test
    void aDeleteStopsMainsThenSidecars() {
        allRunning();
        assertThat(acts(true, T)).isEqualTo("stop main, stop other");
        ended("main", 143, true);
        ended("other", 143, true);
        assertThat(acts(true, T)).isEqualTo("stop proxy");
        ended("proxy", 0, true);
        ended("publish", 0, true);
        assertThat(acts(true, T)).isEqualTo("failed");
    }

    @Test
    void aSidecarThatDiesRunsAgainWhileTheMainsRun() {
        allRunning();
        ended("publish", 1);
        assertThat(acts()).as("at once the first time").isEqualTo("start publish");
        running("publish");
        ended("publish", 1);
        assertThat(acts()).isEqualTo("ask at +10");
        ended("main", 0);
        ended("other", 0);
        assertThat(acts()).isEqualTo("stop proxy");
        ended("proxy", 0);
        assertThat(acts()).as("a sidecar in back-off is not waited for").isEqualTo("succeeded");
    }

    @Test
    void aSidecarCutOffByACrashRunsAgainOnlyToBeStopped() {
        allRunning();
        states.replaceAll(state -> state.kind() == ContainerState.Kind.SIDECAR ? state.cutOff(T) : state);
        ended("main", 0);
        ended("other", 0);
        assertThat(acts()).isEqualTo("start publish, start proxy");
        running("publish");
        running("proxy");
        assertThat(acts()).isEqualTo("stop proxy");
    }

    @Test
    void onFailureRestartsWithGrowingPauses() {
        with("OnFailure");
        allRunning();
        ended("main", 1);
        assertThat(acts()).isEqualTo("start main");
        for (int pause : List.of(10, 20, 40, 80, 160, 300, 300)) {
            running("main");
            ended("main", 1);
            assertThat(acts()).isEqualTo("ask at +" + pause);
            assertThat(acts(false, T.plusSeconds(pause))).isEqualTo("start main");
        }
        running("main");
        ended("main", 0);
        ended("other", 0);
        assertThat(acts()).isEqualTo("stop proxy");
    }

    @Test
    void aRestartCountsOnceItHasBegun() {
        with("OnFailure");
        allRunning();
        ended("main", 1);
        assertThat(restartCount()).isZero();
        running("main");
        assertThat(restartCount()).isEqualTo(1);
        ended("main", 1);
        assertThat(restartCount()).as("while it is held back").isEqualTo(1);
    }

    private int restartCount() {
        for (JsonNode status : new PodStatus(Json.object(), states, "127.0.0.1", "", T, T)
                .render("Running", null)
                .path("containerStatuses")) {
            if (status.path("name").asText().equals("main")) {
                return status.path("restartCount").asInt();
            }
        }
        throw new AssertionError("no status of main");
    }

    @Test
    void alwaysNeverEnds() {
        with("Always");
        allRunning();
        ended("main", 0);
        ended("other", 0);
        assertThat(acts()).isEqualTo("start main, start other");
    }

    @Test
    void aSidecarThatHasNotStartedHoldsTheRest() {
        with(
                "Never",
                "{'initContainers':[{'name':'proxy','restartPolicy':'Always','startupProbe':{}}],'containers':[{'name':'main'}]}");
        running("proxy");
        assertThat(acts()).isEmpty();
        states.replaceAll(state -> state.with(plan.health(state.name(), true, true)));
        assertThat(acts()).isEqualTo("start main");
    }

    @Test
    void aHookHoldsTheNextContainer() {
        with(
                "Never",
                "{'containers':[{'name':'main','lifecycle':{'postStart':{}},'readinessProbe':{}},{'name':'other'}]}");
        assertThat(acts()).isEqualTo("start main");
        running("main");
        assertThat(acts()).isEmpty();
        states.replaceAll(state -> state.name().equals("main") ? state.with(plan.health("main", true, false)) : state);
        assertThat(states.getFirst().health()).isEqualTo(new ContainerState.Health(true, true, false));
        assertThat(acts()).isEqualTo("start other");
    }

    @Test
    void aContainersOwnRulesComeBeforeThePods() {
        with(
                "Never",
                "{'containers':[{'name':'main','restartPolicy':'OnFailure','restartPolicyRules':[{'action':'Restart','exitCodes':{'operator':'In','values':[42]}}]},"
                        + "{'name':'other','restartPolicy':'Never','restartPolicyRules':[{'action':'Restart','exitCodes':{'operator':'NotIn','values':[1]}}]}]}");
        running("main");
        running("other");
        ended("main", 42);
        ended("other", 1);
        assertThat(states)
                .extracting(ContainerState::phase)
                .containsExactly(ContainerState.Phase.WAITING, ContainerState.Phase.ENDED);
        running("main");
        ended("main", 7);
        assertThat(states.getFirst().restarts()).isEqualTo(2);
        running("main");
        ended("main", 0);
        assertThat(states.getFirst().phase()).isEqualTo(ContainerState.Phase.ENDED);
    }
}
