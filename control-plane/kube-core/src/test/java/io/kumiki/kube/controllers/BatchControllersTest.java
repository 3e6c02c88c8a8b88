package io.kumiki.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.kinds.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchControllersTest {
    private static final String FAILS = "'kumiki.io/simulated-exit-code':'3'";
    private static final String RUNS = "'kumiki.io/simulated-duration':'1h'";

    private final Rig rig = new Rig();

    private JsonNode status(String job) {
        return rig.get(ResourceType.JOBS, job).path("status");
    }

    private void run(String more, String annotations) {
        rig.create(ResourceType.JOBS, "n", Rig.job("j", more, annotations));
        rig.settle();
    }

    @Test
    void aJobCompletes() {
        run("'completions':5,'parallelism':2,", "");
        JsonNode status = status("j");
        assertThat(status.path("succeeded").asInt()).isEqualTo(5);
        assertThat(Conditions.holds(status, "Complete")).isTrue();
        assertThat(Conditions.find(status, "SuccessCriteriaMet").path("reason").asText())
                .isEqualTo("CompletionsReached");
        assertThat(status.has("completionTime")).isTrue();
        assertThat(status.path("uncountedTerminatedPods")).isEmpty();
        assertThat(rig.list(ResourceType.PODS))
                .hasSize(5)
                .noneMatch(pod -> pod.path("metadata").has("finalizers"));
        assertThat(rig.events("j")).contains("Completed: Job completed");
        rig.delete(ResourceType.JOBS, "j", "Background");
        rig.settle();
        assertThat(rig.list(ResourceType.PODS)).isEmpty();
    }

    @Test
    void failuresWaitLongerAndLongerAndEndIt() {
        run("'backoffLimit':2,", FAILS);
        assertThat(rig.list(ResourceType.PODS)).hasSize(1);
        assertThat(rig.controllers.nextDue()).isEqualTo(rig.now.plusSeconds(10));
        rig.pass(Duration.ofSeconds(10));
        assertThat(rig.list(ResourceType.PODS)).hasSize(2);
        assertThat(rig.controllers.nextDue()).isEqualTo(rig.now.plusSeconds(20));
        rig.pass(Duration.ofSeconds(20));
        assertThat(rig.list(ResourceType.PODS)).hasSize(3);
        JsonNode failed = Conditions.find(status("j"), "Failed");
        assertThat(failed.path("reason").asText()).isEqualTo("BackoffLimitExceeded");
        assertThat(status("j").path("failed").asInt()).isEqualTo(3);
        assertThat(Conditions.holds(status("j"), "FailureTarget")).isTrue();
        assertThat(rig.events("j")).contains("BackoffLimitExceeded: Job has reached the specified backoff limit");
    }

    @Test
    void anIndexedJobDoesEachIndexOnce() {
        run("'completionMode':'Indexed','completions':4,'parallelism':3,", "");
        JsonNode status = status("j");
        assertThat(status.path("completedIndexes").asText()).isEqualTo("0-3");
        assertThat(status.path("succeeded").asInt()).isEqualTo(4);
        assertThat(rig.list(ResourceType.PODS)).hasSize(4);
        ObjectNode pod = rig.list(ResourceType.PODS).get(2);
        assertThat(Meta.name(pod)).startsWith("j-2-");
        assertThat(pod.at("/spec/hostname").asText()).isEqualTo("j-2");
        assertThat(Meta.label(pod, PodView.INDEX)).isEqualTo("2");
        assertThat(pod.at("/spec/containers/0/env/0/name").asText()).isEqualTo("JOB_COMPLETION_INDEX");
        assertThat(pod.at("/spec/containers/0/env/0/valueFrom/fieldRef/fieldPath")
                        .asText())
                .isEqualTo("metadata.labels['batch.kubernetes.io/job-completion-index']");
    }

    @Test
    void anIndexThatFailsTooOftenIsGivenUp() {
        run("'completionMode':'Indexed','completions':2,'parallelism':2,'backoffLimitPerIndex':1,", FAILS);
        assertThat(rig.list(ResourceType.PODS)).hasSize(2);
        rig.pass(Duration.ofSeconds(10));
        assertThat(rig.list(ResourceType.PODS)).hasSize(4);
        assertThat(status("j").path("failedIndexes").asText()).isEqualTo("0,1");
        assertThat(Conditions.find(status("j"), "Failed").path("reason").asText())
                .isEqualTo("FailedIndexes");
        assertThat(status("j").path("failed").asInt()).isEqualTo(4);
        assertThat(rig.list(ResourceType.PODS))
                .noneMatch(pod -> pod.path("metadata").has("finalizers"));
    }

    @Test
    void aFailurePolicyEndsOrForgives() {
        String rules =
                "'podFailurePolicy':{'rules':[{'action':'%s','onExitCodes':{'operator':'In','values':[3]}}]},'backoffLimit':1,";
        run(rules.formatted("FailJob"), FAILS);
        JsonNode failed = Conditions.find(status("j"), "Failed");
        assertThat(failed.path("reason").asText()).isEqualTo("PodFailurePolicy");
        assertThat(failed.path("message").asText())
                .contains("failed with exit code 3 matching FailJob rule at index 0");
        rig.create(ResourceType.JOBS, "n", Rig.job("k", rules.formatted("Ignore"), FAILS));
        rig.settle();
        for (int i = 0; i < 5; i++) {
            rig.pass(Duration.ofMinutes(10));
        }
        assertThat(status("k").path("failed").asInt()).isZero();
        assertThat(Conditions.find(status("k"), "Failed").isMissingNode()).isTrue();
    }

    @Test
    void aSuccessPolicyEndsItEarly() {
        rig.ignored = pod -> !Meta.name(pod).startsWith("j-1-") && !Meta.deleting(pod);
        run(
                "'completionMode':'Indexed','completions':3,'parallelism':3,'successPolicy':{'rules':[{'succeededIndexes':'1'}]},",
                "");
        rig.ignored = pod -> false;
        rig.settle();
        JsonNode status = status("j");
        assertThat(Conditions.find(status, "Complete").path("reason").asText()).isEqualTo("SuccessPolicy");
        assertThat(status.path("completedIndexes").asText()).isEqualTo("1");
        assertThat(status.path("failed").asInt()).isZero();
        assertThat(rig.list(ResourceType.PODS)).hasSize(1);
    }

    @Test
    void suspendedJobsHaveNoPods() {
        run("'parallelism':2,'completions':2,'suspend':true,", RUNS);
        assertThat(rig.list(ResourceType.PODS)).isEmpty();
        assertThat(Conditions.holds(status("j"), "Suspended")).isTrue();
        assertThat(status("j").has("startTime")).isFalse();
        rig.merge(ResourceType.JOBS, "j", "{'spec':{'suspend':false}}");
        rig.settle();
        assertThat(rig.list(ResourceType.PODS)).hasSize(2);
        assertThat(Conditions.find(status("j"), "Suspended").path("reason").asText())
                .isEqualTo("JobResumed");
        rig.merge(ResourceType.JOBS, "j", "{'spec':{'suspend':true}}");
        rig.settle();
        assertThat(rig.list(ResourceType.PODS)).isEmpty();
        assertThat(rig.events("j")).contains("Suspended: Job suspended", "Resumed: Job resumed");
    }

    @Test
    void deadlineAndTimeToLive() {
        run("'activeDeadlineSeconds':60,'ttlSecondsAfterFinished':100,", RUNS);
        rig.pass(Duration.ofSeconds(60));
        assertThat(Conditions.find(status("j"), "Failed").path("reason").asText())
                .isEqualTo("DeadlineExceeded");
        assertThat(rig.list(ResourceType.PODS)).isEmpty();
        rig.pass(Duration.ofSeconds(99));
        assertThat(rig.names(ResourceType.JOBS)).containsExactly("j");
        rig.pass(Duration.ofSeconds(1));
        assertThat(rig.names(ResourceType.JOBS)).isEmpty();
    }

    @Test
    void whatEndsIsReplacedOnlyWhenItEnded() {
        rig.create(ResourceType.JOBS, "n", Rig.job("j", "'podReplacementPolicy':'Failed',", RUNS));
        rig.settle();
        rig.ignored = Meta::deleting;
        rig.delete(ResourceType.PODS, rig.names(ResourceType.PODS).getFirst(), null);
        rig.settle();
        assertThat(rig.list(ResourceType.PODS)).hasSize(1);
        assertThat(status("j").path("terminating").asInt()).isEqualTo(1);
        rig.ignored = pod -> false;
        rig.settle();
        rig.pass(Duration.ofSeconds(40));
        assertThat(rig.list(ResourceType.PODS)).hasSize(1).noneMatch(Meta::deleting);
        assertThat(status("j").path("failed").asInt()).isEqualTo(1);
    }

    @Test
    void somebodyElsesJobsAreLeftAlone() {
        run("'managedBy':'kueue.x-k8s.io/multikueue',", "");
        assertThat(rig.list(ResourceType.PODS)).isEmpty();
        assertThat(status("j")).isEmpty();
    }

    private void cron(String more, String annotations) {
        rig.now = Instant.parse("2026-01-01T00:00:30Z");
        rig.create(
                ResourceType.CRON_JOBS,
                "n",
                "{'metadata':{'name':'c'},'spec':{'schedule':'*/5 * * * *'," + more + "'jobTemplate':"
                        + Rig.job("x", "", annotations).replace("{'metadata':{'name':'x'},", "{") + "}}");
        rig.settle();
    }

    @Test
    void aCronJobFiresOnTime() {
        cron("'successfulJobsHistoryLimit':2,", "");
        assertThat(rig.list(ResourceType.JOBS)).isEmpty();
        assertThat(rig.controllers.nextDue()).isEqualTo(Instant.parse("2026-01-01T00:05:00Z"));
        rig.pass(Duration.ofSeconds(270));
        assertThat(rig.names(ResourceType.JOBS))
                .containsExactly("c-" + Instant.parse("2026-01-01T00:05:00Z").getEpochSecond() / 60);
        JsonNode status = rig.get(ResourceType.CRON_JOBS, "c").path("status");
        assertThat(status.path("lastScheduleTime").asText()).isEqualTo("2026-01-01T00:05:00Z");
        assertThat(status.path("lastSuccessfulTime").asText()).isEqualTo("2026-01-01T00:05:00Z");
        assertThat(status.has("active")).isFalse();
        for (int i = 0; i < 4; i++) {
            rig.pass(Duration.ofMinutes(5));
        }
        assertThat(rig.names(ResourceType.JOBS)).hasSize(2);
        assertThat(rig.events("c")).anyMatch(e -> e.startsWith("SawCompletedJob: Saw completed job: c-"));
    }

    @Test
    void concurrencyPolicies() {
        cron("'concurrencyPolicy':'Forbid',", RUNS);
        rig.pass(Duration.ofSeconds(270));
        rig.pass(Duration.ofMinutes(5));
        assertThat(rig.list(ResourceType.JOBS)).hasSize(1);
        assertThat(rig.events("c")).anyMatch(e -> e.startsWith("JobAlreadyActive"));
        rig.merge(ResourceType.CRON_JOBS, "c", "{'spec':{'concurrencyPolicy':'Replace'}}");
        rig.settle();
        assertThat(rig.list(ResourceType.JOBS)).hasSize(1);
        assertThat(rig.get(ResourceType.CRON_JOBS, "c")
                        .at("/status/lastScheduleTime")
                        .asText())
                .isEqualTo("2026-01-01T00:10:00Z");
        rig.merge(ResourceType.CRON_JOBS, "c", "{'spec':{'concurrencyPolicy':'Allow'}}");
        rig.pass(Duration.ofMinutes(5));
        assertThat(rig.list(ResourceType.JOBS)).hasSize(2);
    }

    @Test
    void ofMissedTimesOnlyTheLastIsMadeUpFor() {
        cron("'startingDeadlineSeconds':200,", "");
        rig.now = Instant.parse("2026-01-01T03:04:00Z");
        rig.settle();
        assertThat(rig.list(ResourceType.JOBS)).isEmpty();
        rig.now = Instant.parse("2026-01-01T05:02:00Z");
        rig.settle();
        assertThat(rig.list(ResourceType.JOBS)).hasSize(1);
        rig.merge(ResourceType.CRON_JOBS, "c", "{'spec':{'suspend':true}}");
        rig.pass(Duration.ofHours(2));
        assertThat(rig.list(ResourceType.JOBS)).hasSize(1);
    }

    /// As after a crash between a Job's creation and the status that tells of it.
    private void forgetTheRun() {
        rig.cluster.patch(
                ResourceType.CRON_JOBS, "n", "c", "status", PatchType.MERGE, Rig.json("{'status':null}"), Rig.BY);
        assertThat(rig.get(ResourceType.CRON_JOBS, "c").path("status").has("lastScheduleTime"))
                .isFalse();
    }

    @Test
    void aRunThatIsNotRecordedYetIsNotReplacedByItself() {
        cron("'concurrencyPolicy':'Replace',", RUNS);
        rig.pass(Duration.ofSeconds(270));
        String before = Meta.uid(rig.list(ResourceType.JOBS).getFirst());
        forgetTheRun();
        rig.settle();
        assertThat(rig.list(ResourceType.JOBS)).extracting(Meta::uid).containsExactly(before);
        assertThat(rig.get(ResourceType.CRON_JOBS, "c")
                        .at("/status/lastScheduleTime")
                        .asText())
                .isEqualTo("2026-01-01T00:05:00Z");
    }

    @Test
    void aRunIsRecordedBeforeItsJobGoes() {
        cron("'successfulJobsHistoryLimit':0,", "");
        rig.now = Instant.parse("2026-01-01T00:05:00Z");
        rig.decide();
        while (rig.node()) {}
        forgetTheRun();
        List<String> told = new ArrayList<>();
        rig.cluster.watch(ResourceType.CRON_JOBS, "n", Selection.ALL, 0, event -> {
            if (event.object().path("status").has("lastScheduleTime")) {
                told.add("recorded");
            }
        });
        rig.cluster.watch(ResourceType.JOBS, "n", Selection.ALL, 0, event -> {
            if (event.type() == WatchEvent.Type.DELETED) {
                told.add("gone");
            }
        });
        rig.settle();
        assertThat(told).contains("gone").startsWith("recorded");
        assertThat(rig.list(ResourceType.JOBS)).isEmpty();
    }

    @Test
    void aStatusThatSomebodyTookAwayIsMadeAnew() {
        run("", RUNS);
        rig.cluster.patch(ResourceType.JOBS, "n", "j", "status", PatchType.MERGE, Rig.json("{'status':null}"), Rig.BY);
        rig.settle();
        assertThat(status("j").path("active").asInt()).isEqualTo(1);
    }
}
