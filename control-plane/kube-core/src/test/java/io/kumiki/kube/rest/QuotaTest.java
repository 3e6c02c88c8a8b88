package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.kube.rest.Requests.Reply;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// ResourceQuota and LimitRange as clients see them.
class QuotaTest {
    private static final String NS = "/api/v1/namespaces/n/";

    private final Requests api = new Requests();

    private Reply quota(String name, String spec) {
        return api.post(NS + "resourcequotas", "{\"metadata\":{\"name\":\"" + name + "\"},\"spec\":" + spec + "}");
    }

    private Reply pod(String name, String more, String resources) {
        return api.post(NS + "pods", """
            {"metadata":{"name":"%s"},"spec":{%s"containers":[{"name":"c","image":"x","resources":%s}]}}\
            """.formatted(name, more, resources));
    }

    private String used(String quota, String resource) {
        return api.get(NS + "resourcequotas/" + quota)
                .json()
                .path("status")
                .path("used")
                .path(resource)
                .asText("absent");
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheFigures() {
        quota(
                "compute",
                "{\"hard\":{\"requests.cpu\":\"1\",\"limits.memory\":\"1Gi\",\"pods\":\"3\",\"requests.nvidia.com/gpu\":2}}");
        assertThat(used("compute", "pods")).isEqualTo("0");
        String one = "{\"requests\":{\"cpu\":\"600m\"},\"limits\":{\"memory\":\"512Mi\",\"nvidia.com/gpu\":\"1\"}}";
        assertThat(pod("a", "", one).code()).isEqualTo(201);
        assertThat(used("compute", "requests.cpu")).isEqualTo("600m");
        assertThat(used("compute", "limits.memory")).isEqualTo("512Mi");
        assertThat(used("compute", "requests.nvidia.com/gpu")).isEqualTo("1");
        Reply second = pod("b", "", one);
        assertThat(second.code()).isEqualTo(403);
        assertThat(second.message())
                .isEqualTo("pods \"b\" is forbidden: exceeded quota: compute, requested: requests.cpu=600m, used:"
                        + " requests.cpu=600m, limited: requests.cpu=1");
        assertThat(pod("c", "", "{}").message())
                .isEqualTo("pods \"c\" is forbidden: failed quota: compute: must specify limits.memory for: c;"
                        + " requests.cpu for: c");
        api.patch(NS + "pods/a/status", "merge-patch", "{\"status\":{\"phase\":\"Succeeded\"}}");
        assertThat(used("compute", "requests.cpu"))
                .as("a finished pod uses nothing")
                .isEqualTo("0");
        assertThat(pod("b", "", one).code()).isEqualTo(201);
        api.send("DELETE", NS + "pods/b", "application/json", "{\"gracePeriodSeconds\":0}");
        assertThat(used("compute", "pods")).isEqualTo("0");
        assertThat(api.post(NS + "pods?dryRun=All", Requests.pod("d").toString())
                        .code())
                .isEqualTo(403);
    }

    @Test
    void objectsAreCountedUnderTheirNames() {
        quota(
                "objects",
                "{\"hard\":{\"configmaps\":\"2\",\"count/secrets\":\"1\",\"count/jobs.batch\":\"1\",\"persistentvolumeclaims\":\"5\",\"requests.storage\":\"10Gi\",\"gold.storageclass.storage.k8s.io/requests.storage\":\"2Gi\"}}");
        assertThat(api.post(NS + "configmaps", "{\"metadata\":{\"name\":\"a\"}}")
                        .code())
                .isEqualTo(201);
        assertThat(api.post(NS + "configmaps", "{\"metadata\":{\"name\":\"b\"}}")
                        .code())
                .isEqualTo(201);
        assertThat(api.post(NS + "configmaps", "{\"metadata\":{\"name\":\"c\"}}")
                        .message())
                .isEqualTo("configmaps \"c\" is forbidden: exceeded quota: objects, requested: configmaps=1, used:"
                        + " configmaps=2, limited: configmaps=2");
        api.post(NS + "secrets", "{\"metadata\":{\"name\":\"a\"}}");
        assertThat(api.post(NS + "secrets", "{\"metadata\":{\"name\":\"b\"}}").message())
                .contains("requested: count/secrets=1");
        String claim =
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"storageClassName\":\"gold\",\"resources\":{\"requests\":{\"storage\":\"1.5Gi\"}}}}";
        assertThat(api.post(NS + "persistentvolumeclaims", claim.formatted("a")).code())
                .isEqualTo(201);
        assertThat(api.post(NS + "persistentvolumeclaims", claim.formatted("b")).message())
                .contains("requested: gold.storageclass.storage.k8s.io/requests.storage=1536Mi, used:"
                        + " gold.storageclass.storage.k8s.io/requests.storage=1536Mi");
        assertThat(used("objects", "requests.storage")).isEqualTo("1536Mi");
        Reply table = api.send(
                "GET",
                NS + "resourcequotas/objects",
                Map.of("accept", "application/json;as=Table;v=v1;g=meta.k8s.io"),
                "");
        assertThat(table.json().at("/rows/0/cells/1").asText())
                .startsWith("configmaps: 2/2, count/jobs.batch: 0/1, count/secrets: 1/1");
    }

    @Test
    void scopesSayWhichPodsCount() {
        api.post("/apis/scheduling.k8s.io/v1/priorityclasses", "{\"metadata\":{\"name\":\"high\"},\"value\":10}");
        quota("besteffort", "{\"hard\":{\"pods\":\"5\"},\"scopes\":[\"BestEffort\"]}");
        quota("burst", "{\"hard\":{\"pods\":\"5\"},\"scopes\":[\"NotBestEffort\"]}");
        quota("brief", "{\"hard\":{\"pods\":\"5\"},\"scopes\":[\"Terminating\"]}");
        quota("long", "{\"hard\":{\"pods\":\"5\"},\"scopes\":[\"NotTerminating\"]}");
        quota(
                "high",
                "{\"hard\":{\"pods\":\"1\"},\"scopeSelector\":{\"matchExpressions\":[{\"scopeName\":\"PriorityClass\",\"operator\":\"In\",\"values\":[\"high\"]}]}}");
        pod("a", "", "{}");
        pod("b", "\"activeDeadlineSeconds\":60,", "{\"requests\":{\"cpu\":\"1\"}}");
        pod("c", "\"priorityClassName\":\"high\",", "{}");
        assertThat(used("besteffort", "pods")).isEqualTo("2");
        assertThat(used("burst", "pods")).isEqualTo("1");
        assertThat(used("brief", "pods")).isEqualTo("1");
        assertThat(used("long", "pods")).isEqualTo("2");
        assertThat(used("high", "pods")).isEqualTo("1");
        assertThat(pod("d", "\"priorityClassName\":\"high\",", "{}").message()).contains("exceeded quota: high");
        assertThat(quota(
                                "wrong",
                                "{\"hard\":{\"pods\":\"1\",\"configmaps\":\"1\",\"things\":\"-1\",\"services\":\"0.5\"},\"scopes\":[\"Terminating\",\"NotTerminating\"]}")
                        .message())
                .contains("conflicting scopes")
                .contains("unsupported scope applied to resource")
                .contains("must be a standard resource for quota")
                .contains("must be greater than or equal to 0")
                .contains("spec.hard[services]: Invalid value: \"0.5\": must be an integer");
    }

    @Test
    void aQuotaCountsWhatWasThereAndFollowsItsSpec() {
        pod("a", "", "{}");
        pod("b", "", "{}");
        quota("late", "{\"hard\":{\"pods\":\"1\"}}");
        assertThat(used("late", "pods")).isEqualTo("2");
        assertThat(pod("c", "", "{}").code()).isEqualTo(403);
        api.patch(
                NS + "resourcequotas/late",
                "merge-patch",
                "{\"spec\":{\"hard\":{\"pods\":\"3\",\"configmaps\":\"9\"}}}");
        assertThat(pod("c", "", "{}").code()).isEqualTo(201);
        assertThat(used("late", "configmaps")).isEqualTo("0");
        api.delete(NS + "resourcequotas/late");
        assertThat(pod("d", "", "{}").code()).isEqualTo(201);
    }

    @Test
    void aLimitRangeFillsInAndRefuses() {
        api.post(NS + "limitranges", """
            {"metadata":{"name":"r"},"spec":{"limits":[
              {"type":"Container","default":{"cpu":"500m"},"defaultRequest":{"cpu":"100m"},"max":{"cpu":"1","memory":"1Gi"},"maxLimitRequestRatio":{"cpu":"10"}},
              {"type":"PersistentVolumeClaim","min":{"storage":"1Gi"}}]}}\
            """);
        Reply filled = pod("a", "", "{}");
        assertThat(filled.json().at("/spec/containers/0/resources").toString())
                .isEqualTo(
                        "{\"requests\":{\"cpu\":\"100m\",\"memory\":\"1Gi\"},\"limits\":{\"cpu\":\"500m\",\"memory\":\"1Gi\"}}");
        assertThat(filled.json()
                        .path("metadata")
                        .path("annotations")
                        .path("kubernetes.io/limit-ranger")
                        .asText())
                .isEqualTo("LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for"
                        + " container c");
        Reply large = pod("b", "", "{\"requests\":{\"cpu\":\"50m\"},\"limits\":{\"cpu\":\"2\",\"memory\":\"2Gi\"}}");
        assertThat(large.message())
                .startsWith("pods \"b\" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum"
                        + " memory usage per Container is 1Gi, but limit is 2Gi, cpu max limit to request ratio"
                        + " per Container is 10, but provided ratio is 40");
        String claim =
                "{\"metadata\":{\"name\":\"small\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"1Mi\"}}}}";
        assertThat(api.post(NS + "persistentvolumeclaims", claim).message())
                .contains("minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi");
        assertThat(api.post(NS + "limitranges", """
            {"metadata":{"name":"bad"},"spec":{"limits":[{"type":"Pod","default":{"cpu":"1"},"min":{"cpu":"2"},"max":{"cpu":"1"}},{"type":"Pod"}]}}\
            """).message())
                .contains("spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'")
                .contains("min value 2 is greater than max value 1")
                .contains("spec.limits[1].type: Duplicate value: \"Pod\"");
    }

    @Test
    void aQuantityIsOne() {
        assertThat(pod("a", "", "{\"requests\":{\"cpu\":\"much\"}}").code()).isEqualTo(400);
        assertThat(pod("b", "", "{\"requests\":{\"cpu\":1}}").at("/spec/containers/0/resources/requests/cpu"))
                .isEqualTo("1");
    }
}
