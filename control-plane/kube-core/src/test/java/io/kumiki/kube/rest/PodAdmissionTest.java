package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.rest.Requests.Reply;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a pod gets from its account, its priority class and its runtime class.
class PodAdmissionTest {
    private static final String PODS = "/api/v1/namespaces/n/pods";
    private static final String CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses";

    private final Requests api = new Requests();

    private Reply pod(String name, String more) {
        return api.post(PODS, """
            {"metadata":{"name":"%s"},"spec":{%s"initContainers":[{"name":"i","image":"x"}],"containers":[{"name":"c","image":"x"}]}}\
            """.formatted(name, more));
    }

    @Test
    void theAccountsTokenIsMounted() {
        JsonNode spec = pod("p", "").json().path("spec");
        JsonNode volume = spec.path("volumes").path(0);
        assertThat(volume.path("name").asText()).matches("kube-api-access-[a-z0-9]{5}");
        assertThat(volume.path("projected").path("sources").toString())
                .isEqualTo(
                        "[{\"serviceAccountToken\":{\"expirationSeconds\":3607,\"path\":\"token\"}},"
                                + "{\"configMap\":{\"name\":\"kube-root-ca.crt\",\"items\":[{\"key\":\"ca.crt\",\"path\":\"ca.crt\"}]}},"
                                + "{\"downwardAPI\":{\"items\":[{\"path\":\"namespace\",\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":\"metadata.namespace\"}}]}}]");
        for (String pointer : new String[] {"/initContainers/0/volumeMounts/0", "/containers/0/volumeMounts/0"}) {
            assertThat(spec.at(pointer).toString())
                    .isEqualTo("{\"name\":\"" + volume.path("name").asText()
                            + "\",\"readOnly\":true,\"mountPath\":\"/var/run/secrets/kubernetes.io/serviceaccount\"}");
        }
    }

    @Test
    void unlessThePodOrItsAccountSaysNo() {
        api.post(
                "/api/v1/namespaces/n/serviceaccounts",
                "{\"metadata\":{\"name\":\"quiet\"},\"automountServiceAccountToken\":false,\"imagePullSecrets\":[{\"name\":\"pull\"}]}");
        assertThat(pod("a", "\"automountServiceAccountToken\":false,")
                        .json()
                        .at("/spec/volumes")
                        .isMissingNode())
                .isTrue();
        Reply quiet = pod("b", "\"serviceAccountName\":\"quiet\",");
        assertThat(quiet.json().at("/spec/volumes").isMissingNode()).isTrue();
        assertThat(quiet.at("/spec/imagePullSecrets/0/name")).isEqualTo("pull");
        assertThat(pod("c", "\"serviceAccountName\":\"quiet\",\"automountServiceAccountToken\":true,")
                        .json()
                        .at("/spec/volumes"))
                .hasSize(1);
        assertThat(pod("d", "\"serviceAccountName\":\"absent\",").message())
                .isEqualTo(
                        "pods \"d\" is forbidden: error looking up service account n/absent: serviceaccount \"absent\""
                                + " not found");
    }

    @Test
    void aPriorityClassSaysHowImportantAPodIs() {
        assertThat(pod("zero", "").json().at("/spec/priority").asInt(-1)).isZero();
        api.post(CLASSES, "{\"metadata\":{\"name\":\"high\"},\"value\":1000,\"preemptionPolicy\":\"Never\"}");
        JsonNode high = pod("high", "\"priorityClassName\":\"high\",").json().path("spec");
        assertThat(high.path("priority").asInt()).isEqualTo(1000);
        assertThat(high.path("preemptionPolicy").asText()).isEqualTo("Never");
        assertThat(pod("system", "\"priorityClassName\":\"system-node-critical\",")
                        .json()
                        .at("/spec/priority")
                        .asLong())
                .isEqualTo(2_000_001_000L);
        assertThat(pod("none", "\"priorityClassName\":\"absent\",").message())
                .isEqualTo("pods \"none\" is forbidden: no PriorityClass with name absent was found");
        assertThat(pod("own", "\"priority\":7,").message())
                .isEqualTo(
                        "pods \"own\" is forbidden: the integer value of priority (7) must not be provided in pod spec;"
                                + " priority admission controller computed 0 from the given PriorityClass name");
        api.post(CLASSES, "{\"metadata\":{\"name\":\"usual\"},\"value\":5,\"globalDefault\":true}");
        JsonNode usual = pod("usual", "").json().path("spec");
        assertThat(usual.path("priorityClassName").asText()).isEqualTo("usual");
        assertThat(usual.path("priority").asInt()).isEqualTo(5);
        assertThat(api.post(CLASSES, "{\"metadata\":{\"name\":\"second\"},\"value\":6,\"globalDefault\":true}")
                        .message())
                .contains("PriorityClass usual is already marked as default. Only one default can exist");
    }

    @Test
    void priorityClassesDoNotChange() {
        api.post(CLASSES, "{\"metadata\":{\"name\":\"high\"},\"value\":1000}");
        assertThat(api.patch(CLASSES + "/high", "merge-patch", "{\"value\":2,\"preemptionPolicy\":\"Never\"}")
                        .message())
                .contains("value: Forbidden: may not be changed in an update.")
                .contains("preemptionPolicy: Invalid value: \"Never\": field is immutable");
        assertThat(api.post(CLASSES, "{\"metadata\":{\"name\":\"system-mine\"},\"value\":2000000000}")
                        .message())
                .contains("reserved for system use only")
                .contains("maximum allowed value of a user defined priority is 1000000000");
        Reply table = api.send(
                "GET", CLASSES + "/high", Map.of("accept", "application/json;as=Table;v=v1;g=meta.k8s.io"), "");
        assertThat(table.json().at("/rows/0/cells").toString())
                .isEqualTo("[\"high\",1000,false,\"0s\",\"PreemptLowerPriority\"]");
    }

    @Test
    void aRuntimeClassAddsItsOverheadAndItsPlaces() {
        assertThat(api.post("/apis/node.k8s.io/v1/runtimeclasses", """
            {"metadata":{"name":"fast"},"handler":"h","overhead":{"podFixed":{"cpu":"250m"}},"scheduling":{
             "nodeSelector":{"pool":"fast"},"tolerations":[{"key":"wide","operator":"Exists"}]}}""").code()).isEqualTo(201);
        JsonNode spec = pod(
                        "a",
                        "\"runtimeClassName\":\"fast\",\"nodeSelector\":{\"disk\":\"ssd\"},\"tolerations\":"
                                + "[{\"key\":\"wide\",\"operator\":\"Equal\",\"value\":\"v\",\"effect\":\"NoSchedule\"}],")
                .json()
                .path("spec");
        assertThat(spec.path("overhead").toString()).isEqualTo("{\"cpu\":\"250m\"}");
        assertThat(spec.path("nodeSelector").toString()).isEqualTo("{\"disk\":\"ssd\",\"pool\":\"fast\"}");
        assertThat(spec.path("tolerations").findValuesAsText("key"))
                .containsExactly("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "wide");
        assertThat(spec.at("/tolerations/2/operator").asText()).isEqualTo("Exists");
        assertThat(pod("b", "\"runtimeClassName\":\"fast\",\"nodeSelector\":{\"pool\":\"slow\"},")
                        .message())
                .contains("conflict: runtimeClass.scheduling.nodeSelector[pool] = fast");
        assertThat(pod("c", "\"runtimeClassName\":\"absent\",").message())
                .isEqualTo("pods \"c\" is forbidden: pod rejected: RuntimeClass \"absent\" not found");
        assertThat(pod("d", "\"overhead\":{\"cpu\":\"1\"},").code()).isEqualTo(403);
    }
}
