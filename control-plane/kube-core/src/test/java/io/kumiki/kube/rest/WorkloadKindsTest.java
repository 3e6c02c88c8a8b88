package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.rest.Requests.Reply;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadKindsTest {
    private static final String APPS = "/apis/apps/v1/namespaces/n/";
    private static final String BATCH = "/apis/batch/v1/namespaces/n/";

    private final Requests api = new Requests();

    private static String workload(String kind, String name, String more) {
        return """
            {"kind":"%s","metadata":{"name":"%s"},"spec":{%s"selector":{"matchLabels":{"app":"x"}},
             "template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"busybox"}]}}}}\
            """.formatted(kind, name, more);
    }

    private static String job(String name, String more, String pod) {
        return """
            {"metadata":{"name":"%s"},"spec":{%s"template":{"spec":{%s
             "containers":[{"name":"c","image":"busybox"}]}}}}\
            """.formatted(name, more, pod);
    }

    private static final String NEVER = "\"restartPolicy\":\"Never\",";

    @Test
    void aDeploymentIsDefaultedAsByKubernetes() {
        Reply made = api.post(APPS + "deployments", workload("Deployment", "d", ""));
        assertThat(made.code()).isEqualTo(201);
        assertThat(made.json().at("/spec/strategy").toString())
                .isEqualTo(
                        "{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":\"25%\",\"maxSurge\":\"25%\"}}");
        assertThat(made.at("/spec/replicas")).isEqualTo("1");
        assertThat(made.at("/spec/revisionHistoryLimit")).isEqualTo("10");
        assertThat(made.at("/spec/progressDeadlineSeconds")).isEqualTo("600");
        assertThat(made.at("/metadata/generation")).isEqualTo("1");
        JsonNode pod = made.json().at("/spec/template/spec");
        assertThat(pod.path("restartPolicy").asText()).isEqualTo("Always");
        assertThat(pod.at("/containers/0/imagePullPolicy").asText()).isEqualTo("Always");
        assertThat(pod.has("serviceAccountName")).isFalse();
        assertThat(pod.has("priority")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"replicas\":-1,' | spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "'\"strategy\":{\"type\":\"Blue\"},' | spec.strategy.type: Unsupported value: \"Blue\"",
                "'\"strategy\":{\"rollingUpdate\":{\"maxSurge\":0,\"maxUnavailable\":0}},' | may not be 0 when"
                        + " `maxSurge` is 0",
                "'\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":{\"maxSurge\":1}},' | may not be specified"
                        + " when strategy `type` is 'Recreate'",
                "'\"strategy\":{\"rollingUpdate\":{\"maxUnavailable\":\"200%\"}},' | must not be greater than 100%",
                "'\"progressDeadlineSeconds\":5,\"minReadySeconds\":5,' | must be greater than minReadySeconds",
            })
    void aBadDeploymentIsToldWhy(String more, String why) {
        Reply refused = api.post(APPS + "deployments", workload("Deployment", "d", more));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).contains(why);
    }

    @Test
    void theSelectorMustFitAndStays() {
        String other =
                workload("ReplicaSet", "r", "").replace("{\"labels\":{\"app\":\"x\"}}", "{\"labels\":{\"app\":\"y\"}}");
        assertThat(api.post(APPS + "replicasets", other).message())
                .contains("`selector` does not match template `labels`");
        api.post(APPS + "replicasets", workload("ReplicaSet", "r", ""));
        Reply moved = api.patch(
                APPS + "replicasets/r",
                "merge-patch",
                "{\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"z\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"z\"}}}}}");
        assertThat(moved.code()).isEqualTo(422);
        assertThat(moved.message()).contains("spec.selector").contains("field is immutable");
    }

    @Test
    void aStatefulSetChangesOnlyWhatItMay() {
        Reply made = api.post(
                APPS + "statefulsets",
                workload(
                                "StatefulSet",
                                "s",
                                "\"serviceName\":\"s\",\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"data\"},\"spec\":"
                                        + "{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}}],")
                        .replace(
                                "\"image\":\"busybox\"",
                                "\"image\":\"busybox\",\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":\"/data\"}]"));
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        assertThat(made.at("/spec/volumeClaimTemplates/0/status/phase")).isEqualTo("Pending");
        assertThat(made.at("/spec/updateStrategy/rollingUpdate/partition")).isEqualTo("0");
        assertThat(api.patch(APPS + "statefulsets/s", "merge-patch", "{\"spec\":{\"replicas\":2}}")
                        .code())
                .isEqualTo(200);
        assertThat(api.patch(APPS + "statefulsets/s", "merge-patch", "{\"spec\":{\"serviceName\":\"t\"}}")
                        .message())
                .contains("updates to statefulset spec for fields other than");
    }

    @Test
    void aJobSelectsItsOwnPods() {
        Reply made = api.post(BATCH + "jobs", job("j", "", NEVER));
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        String uid = made.at("/metadata/uid");
        assertThat(made.json().at("/spec/selector").toString())
                .isEqualTo("{\"matchLabels\":{\"batch.kubernetes.io/controller-uid\":\"" + uid + "\"}}");
        assertThat(made.json().at("/spec/template/metadata/labels").toString())
                .contains("\"job-name\":\"j\"")
                .contains("\"batch.kubernetes.io/job-name\":\"j\"")
                .contains("\"controller-uid\":\"" + uid + "\"");
        assertThat(made.at("/spec/completions")).isEqualTo("1");
        assertThat(made.at("/spec/backoffLimit")).isEqualTo("6");
        assertThat(made.at("/spec/podReplacementPolicy")).isEqualTo("TerminatingOrFailed");
        assertThat(api.patch(BATCH + "jobs/j", "merge-patch", "{\"spec\":{\"parallelism\":3}}")
                        .code())
                .isEqualTo(200);
        assertThat(api.patch(BATCH + "jobs/j", "merge-patch", "{\"spec\":{\"completions\":3}}")
                        .message())
                .contains("field is immutable");
        assertThat(api.patch(
                                BATCH + "jobs/j",
                                "merge-patch",
                                "{\"spec\":{\"template\":{\"spec\":{\"terminationGracePeriodSeconds\":1}}}}")
                        .message())
                .contains("spec.template")
                .contains("field is immutable");
    }

    @Test
    void aSuspendedJobMayStillBePlaced() {
        api.post(BATCH + "jobs", job("j", "\"suspend\":true,", NEVER));
        String placed = "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"a\":\"b\"}}}}}";
        assertThat(api.patch(BATCH + "jobs/j", "merge-patch", placed).code()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | '' | Required value: valid values: \"OnFailure\", \"Never\"",
                "'\"completionMode\":\"Indexed\",\"parallelism\":2,' | '\"restartPolicy\":\"Never\",' | when"
                        + " completion mode is Indexed",
                "'\"backoffLimitPerIndex\":1,' | '\"restartPolicy\":\"Never\",' | requires indexed completion mode",
                "'\"podFailurePolicy\":{\"rules\":[{\"action\":\"FailJob\",\"onExitCodes\":{\"operator\":\"In\",\"values\":[0]}}]},'"
                        + " | '\"restartPolicy\":\"Never\",' | must not be 0 for the In operator",
                "'\"podFailurePolicy\":{\"rules\":[{\"action\":\"Ignore\"}]},' | '\"restartPolicy\":\"Never\",' |"
                        + " specifying one of OnExitCodes and OnPodConditions is required",
                "'\"podFailurePolicy\":{\"rules\":[{\"action\":\"Ignore\",\"onPodConditions\":[{\"type\":\"DisruptionTarget\"}]}]},'"
                        + " | '\"restartPolicy\":\"OnFailure\",' | only \"Never\" is supported when podFailurePolicy",
                "'\"completionMode\":\"Indexed\",\"completions\":2,\"successPolicy\":{\"rules\":[{\"succeededIndexes\":\"5\"}]},'"
                        + " | '\"restartPolicy\":\"Never\",' | too large index",
            })
    void aBadJobIsToldWhy(String more, String pod, String why) {
        Reply refused = api.post(BATCH + "jobs", job("j", more, pod));
        assertThat(refused.code()).as(refused.message()).isEqualTo(422);
        assertThat(refused.message()).contains(why);
    }

    private static String cron(String schedule, String more) {
        return "{\"metadata\":{\"name\":\"c" + Integer.toHexString(schedule.hashCode() + more.hashCode())
                + "\"},\"spec\":{\"schedule\":\"" + schedule + "\"," + more
                + "\"jobTemplate\":{\"spec\":{\"template\":{\"spec\":{\"restartPolicy\":\"Never\","
                + "\"containers\":[{\"name\":\"c\",\"image\":\"busybox\"}]}}}}}}";
    }

    @Test
    void cronJobs() {
        Reply made = api.post(BATCH + "cronjobs", cron("*/5 * * * *", "\"timeZone\":\"Europe/Berlin\","));
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        assertThat(made.at("/spec/concurrencyPolicy")).isEqualTo("Allow");
        assertThat(made.at("/spec/successfulJobsHistoryLimit")).isEqualTo("3");
        assertThat(made.json().at("/spec/jobTemplate/spec").has("completions")).isFalse();
        assertThat(api.post(BATCH + "cronjobs", cron("* * *", "")).message()).contains("expected exactly 5 fields");
        assertThat(api.post(BATCH + "cronjobs", cron("* * * * *", "\"timeZone\":\"Mars/Base\","))
                        .message())
                .contains("unknown time zone Mars/Base");
        assertThat(api.post(BATCH + "cronjobs", cron("TZ=UTC * * * * *", "")).message())
                .contains("use timeZone field instead");
    }

    @Test
    void tablesShowWhatKubectlShows() {
        api.post(APPS + "deployments", workload("Deployment", "d", "\"replicas\":3,"));
        JsonNode table = api.send(
                        "GET",
                        APPS + "deployments",
                        Map.of("accept", "application/json;as=Table;v=v1;g=meta.k8s.io"),
                        "")
                .json();
        assertThat(table.at("/rows/0/cells").toString())
                .isEqualTo("[\"d\",\"0/3\",0,0,\"0s\",\"c\",\"busybox\",\"app=x\"]");
        api.post(BATCH + "jobs", job("j", "\"completions\":4,", NEVER));
        assertThat(api.send("GET", BATCH + "jobs", Map.of("accept", "application/json;as=Table;v=v1;g=meta.k8s.io"), "")
                        .json()
                        .at("/rows/0/cells")
                        .toString())
                .startsWith(
                        "[\"j\",\"Running\",\"0/4\",\"\",\"0s\",\"c\",\"busybox\",\"batch.kubernetes.io/controller-uid=");
    }

    @Test
    void scaleIsReadAndWritten() {
        api.post(APPS + "deployments", workload("Deployment", "d", "\"replicas\":3,"));
        Reply scale = api.get(APPS + "deployments/d/scale");
        assertThat(scale.at("/apiVersion") + " " + scale.at("/kind")).isEqualTo("autoscaling/v1 Scale");
        assertThat(scale.at("/spec/replicas") + " " + scale.at("/status/selector"))
                .isEqualTo("3 app=x");
        Reply patched = api.patch(APPS + "deployments/d/scale", "merge-patch", "{\"spec\":{\"replicas\":5}}");
        assertThat(patched.code()).as(patched.message()).isEqualTo(200);
        Reply after = api.get(APPS + "deployments/d");
        assertThat(after.at("/spec/replicas") + " " + after.at("/metadata/generation"))
                .isEqualTo("5 2");
        assertThat(after.json().at("/metadata/managedFields").toString()).contains("\"subresource\":\"scale\"");
        String stale = scale.json().toString().replace("\"replicas\":3", "\"replicas\":9");
        assertThat(api.put(APPS + "deployments/d/scale", stale).code()).isEqualTo(409);
        assertThat(api.patch(APPS + "deployments/d/scale", "merge-patch", "{\"spec\":{\"replicas\":-5}}")
                        .message())
                .contains("Scale.autoscaling \"d\" is invalid: spec.replicas");
        assertThat(api.get(BATCH + "jobs/j/scale").code()).isEqualTo(404);
    }

    @Test
    void discoveryNamesThem() {
        JsonNode apps = api.get("/apis/apps/v1").json().path("resources");
        assertThat(apps.findValuesAsText("name"))
                .contains(
                        "deployments", "deployments/scale", "deployments/status", "replicasets", "controllerrevisions");
        assertThat(api.get("/api/v1").json().path("resources").findValuesAsText("name"))
                .contains("pods/eviction");
    }

    @Test
    void anEvictionAsksTheBudget() {
        api.post(
                "/api/v1/namespaces/n/pods",
                Requests.pod("p").toString().replace("\"name\":\"p\"}", "\"name\":\"p\",\"labels\":{\"app\":\"x\"}}"));
        api.patch(
                "/api/v1/namespaces/n/pods/p/status",
                "merge-patch",
                "{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");
        String budgets = "/apis/policy/v1/namespaces/n/poddisruptionbudgets";
        api.post(
                budgets,
                "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"minAvailable\":1,\"selector\":{\"matchLabels\":{\"app\":\"x\"}}}}");
        String eviction = "{\"metadata\":{\"name\":\"p\"}}";
        Reply early = api.post("/api/v1/namespaces/n/pods/p/eviction", eviction);
        assertThat(early.code()).isEqualTo(429);
        assertThat(early.at("/details/causes/0/message")).contains("still being processed");
        status(budgets, 0);
        Reply refused = api.post("/api/v1/namespaces/n/pods/p/eviction", eviction);
        assertThat(refused.code()).isEqualTo(429);
        assertThat(refused.at("/reason")).isEqualTo("TooManyRequests");
        assertThat(refused.message()).isEqualTo("Cannot evict pod as it would violate the pod's disruption budget.");
        assertThat(refused.at("/details/causes/0/message"))
                .isEqualTo("The disruption budget b needs 1 healthy pods and has 1 currently");
        assertThat(refused.headers()).doesNotContainKey("Retry-After");
        status(budgets, 1);
        assertThat(api.post("/api/v1/namespaces/n/pods/p/eviction?dryRun=All", eviction)
                        .code())
                .isEqualTo(201);
        assertThat(api.get("/api/v1/namespaces/n/pods/p").code()).isEqualTo(200);
        assertThat(api.post("/api/v1/namespaces/n/pods/p/eviction", eviction).code())
                .isEqualTo(201);
        assertThat(api.get("/api/v1/namespaces/n/pods/p").code()).isEqualTo(404);
        assertThat(api.get(budgets + "/b").at("/status/disruptionsAllowed")).isEqualTo("0");
    }

    private void status(String budgets, int allowed) {
        api.patch(
                budgets + "/b/status",
                "merge-patch",
                "{\"status\":{\"observedGeneration\":1,\"currentHealthy\":1,\"desiredHealthy\":1,\"expectedPods\":1,\"disruptionsAllowed\":"
                        + allowed + "}}");
    }
}
