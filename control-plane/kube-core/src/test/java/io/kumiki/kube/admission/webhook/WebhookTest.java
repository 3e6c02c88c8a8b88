package io.kumiki.kube.admission.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WebhookCaller;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.AdmissionPolicy;
import io.kumiki.kube.kinds.webhooks.WebhookGroup;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Webhooks without sockets: each URL is one of our policies, or a fault.
class WebhookTest {
    private final Map<String, AdmissionPolicy> listening = new LinkedHashMap<>();
    private final List<String> asked = new ArrayList<>();
    private @Nullable Runnable meanwhile;
    private final WebhookCaller caller = (target, review) -> {
        asked.add(target.url() + target.address());
        Runnable once = meanwhile;
        if (once != null) {
            meanwhile = null;
            once.run();
        }
        AdmissionPolicy policy = listening.get(target.url());
        if (policy == null) {
            throw new WebhookCaller.Unreachable("connection refused");
        }
        return PolicyWebhook.answer(policy, review);
    };
    private final Cluster cluster =
            new Cluster(ClusterSettings.simulated(() -> Instant.EPOCH, 5).webhooks(caller), Journal.memory());
    private final List<String> warnings = new ArrayList<>();

    @BeforeEach
    void namespace() {
        create(ResourceType.NAMESPACES, "", "{\"metadata\":{\"name\":\"n\",\"labels\":{\"tier\":\"gold\"}}}");
        create(ResourceType.NAMESPACES, "", "{\"metadata\":{\"name\":\"m\"}}");
    }

    private ObjectNode create(ResourceType type, String namespace, String json) {
        return cluster.create(type, namespace, (ObjectNode) Json.parse(json), WriteOptions.by("test"));
    }

    private ObjectNode map(String namespace, String name) {
        return create(
                ResourceType.CONFIG_MAPS,
                namespace,
                "{\"metadata\":{\"name\":\"" + name + "\"},\"data\":{\"a\":\"1\"}}");
    }

    private void hook(ResourceType type, String name, String more) {
        create(type, "", """
            {"metadata":{"name":"%s"},"webhooks":[{"name":"%s.example.com","clientConfig":{"url":"https://hooks.example.com/%s"},
              "rules":[{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}],
              "sideEffects":"None","admissionReviewVersions":["v1"]%s}]}\
            """.formatted(name, name, name, more));
    }

    private void listen(String name, AdmissionPolicy policy) {
        listening.put("https://hooks.example.com/" + name, policy);
    }

    private static AdmissionPolicy appends(String text) {
        return (request, violations) -> {
            ObjectNode data = request.object().withObject("/data");
            data.put("trace", data.path("trace").asText("") + text);
        };
    }

    @Test
    void mutatingWebhooksChangeInOrderAndValidatingOnesSeeTheResult() {
        listen("b", appends("b"));
        listen("a", appends("a"));
        listen("check", (request, violations) -> {
            if (!request.object().path("data").path("trace").asText().equals("ab")) {
                violations.add(new Violation(
                        "data.trace",
                        "Wrong",
                        "is " + request.object().path("data").path("trace")));
            }
        });
        hook(WebhookGroup.MUTATING, "b", "");
        hook(WebhookGroup.MUTATING, "a", "");
        hook(WebhookGroup.VALIDATING, "check", "");
        assertThat(map("n", "x").path("data").path("trace").asText()).isEqualTo("ab");
        ObjectNode patched = cluster.patch(
                ResourceType.CONFIG_MAPS,
                "n",
                "x",
                "",
                PatchType.MERGE,
                Json.parse("{\"data\":{\"trace\":null}}"),
                WriteOptions.by("test"));
        assertThat(patched.path("data").path("trace").asText()).isEqualTo("ab");
        assertThatThrownBy(() -> cluster.patch(
                        ResourceType.CONFIG_MAPS,
                        "n",
                        "x",
                        "",
                        PatchType.MERGE,
                        Json.parse("{\"data\":{\"b\":\"2\"}}"),
                        WriteOptions.by("test")))
                .isInstanceOfSatisfying(ApiFault.class, f -> {
                    assertThat(f.code()).isEqualTo(422);
                    assertThat(f.getMessage())
                            .isEqualTo("admission webhook \"check.example.com\" denied the request: data.trace: is"
                                    + " \"abab\"");
                });
    }

    @Test
    void aWebhookIsAskedAgainWhenALaterOneChangedTheObject() {
        listen(
                "a",
                (request, violations) -> request.object()
                        .withObject("/data")
                        .put("seen", request.object().path("data").path("b").asText("nothing")));
        listen(
                "b",
                (request, violations) -> request.object().withObject("/data").put("b", "yes"));
        hook(WebhookGroup.MUTATING, "a", ",\"reinvocationPolicy\":\"IfNeeded\"");
        hook(WebhookGroup.MUTATING, "b", "");
        assertThat(map("n", "x").path("data").path("seen").asText()).isEqualTo("yes");
        assertThat(asked).hasSize(3);
    }

    @Test
    void selectorsSayWhoIsAsked() {
        listen("gold", appends("g"));
        hook(
                WebhookGroup.MUTATING,
                "gold",
                ",\"namespaceSelector\":{\"matchLabels\":{\"tier\":\"gold\"}},\"objectSelector\":{\"matchExpressions\":[{\"key\":\"skip\",\"operator\":\"DoesNotExist\"}]}");
        assertThat(map("n", "x").path("data").has("trace")).isTrue();
        assertThat(map("m", "x").path("data").has("trace")).isFalse();
        ObjectNode skipped =
                create(ResourceType.CONFIG_MAPS, "n", "{\"metadata\":{\"name\":\"y\",\"labels\":{\"skip\":\"\"}}}");
        assertThat(skipped.has("data")).isFalse();
        assertThat(create(ResourceType.SECRETS, "n", "{\"metadata\":{\"name\":\"s\"}}")
                        .has("data"))
                .as("no rule names secrets")
                .isFalse();
        assertThat(asked).hasSize(1);
    }

    @Test
    void conditionsSayWhenAWebhookIsAsked() {
        listen("big", appends("!"));
        hook(
                WebhookGroup.MUTATING,
                "big",
                ",\"matchConditions\":[{\"name\":\"big\",\"expression\":\"int(object.data.a) >"
                        + " 5\"},{\"name\":\"mine\",\"expression\":\"request.userInfo.username == 'system:kumiki' &&"
                        + " oldObject == null\"}]");
        assertThat(map("n", "small").path("data").has("trace")).isFalse();
        ObjectNode large =
                create(ResourceType.CONFIG_MAPS, "n", "{\"metadata\":{\"name\":\"l\"},\"data\":{\"a\":\"9\"}}");
        assertThat(large.path("data").path("trace").asText()).isEqualTo("!");
        assertThatThrownBy(() ->
                        create(ResourceType.CONFIG_MAPS, "n", "{\"metadata\":{\"name\":\"e\"},\"data\":{\"b\":\"9\"}}"))
                .hasMessageContaining(
                        "configmaps \"e\" is forbidden: expression 'int(object.data.a) > 5' resulted in error: no such"
                                + " key: a");
        assertThat(asked).hasSize(1);
    }

    @Test
    void failureIsForbiddenOrIgnored() {
        hook(WebhookGroup.VALIDATING, "lenient", ",\"failurePolicy\":\"Ignore\"");
        assertThat(map("n", "x")).isNotNull();
        hook(WebhookGroup.VALIDATING, "strict", "");
        assertThatThrownBy(() -> map("n", "y")).isInstanceOfSatisfying(ApiFault.class, f -> {
            assertThat(f.code()).isEqualTo(500);
            assertThat(f.getMessage())
                    .isEqualTo("Internal error occurred: failed calling webhook \"strict.example.com\": failed to call"
                            + " webhook: connection refused");
        });
        assertThat(cluster.get(ResourceType.CONFIG_MAPS, "n", "y")).isNull();
    }

    @Test
    void anUpdateIsReviewedAgainWhenAnotherWriteCameBetween() {
        map("n", "x");
        listen("a", appends("a"));
        hook(WebhookGroup.MUTATING, "a", "");
        meanwhile = () -> cluster.patch(
                ResourceType.CONFIG_MAPS,
                "n",
                "x",
                "",
                PatchType.MERGE,
                Json.parse("{\"data\":{\"other\":\"1\"}}"),
                WriteOptions.by("other"));
        ObjectNode after = cluster.patch(
                ResourceType.CONFIG_MAPS,
                "n",
                "x",
                "",
                PatchType.MERGE,
                Json.parse("{\"data\":{\"mine\":\"1\"}}"),
                WriteOptions.by("test"));
        assertThat(after.path("data").toString()).contains("\"other\":\"1\"").contains("\"mine\":\"1\"");
        assertThat(after.path("data").path("trace").asText())
                .as("the other's and mine")
                .isEqualTo("aa");
    }

    @Test
    void aServiceLeadsToAReadyEndpoint() {
        create(WebhookGroup.VALIDATING, "", """
            {"metadata":{"name":"s"},"webhooks":[{"name":"s.example.com","clientConfig":{"service":{"namespace":"n","name":"hooks","path":"/x"}},
              "rules":[{"operations":["CREATE"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}],
              "namespaceSelector":{"matchLabels":{"tier":"gold"}},"sideEffects":"None","admissionReviewVersions":["v1"]}]}\
            """);
        assertThatThrownBy(() -> map("n", "x")).hasMessageContaining("service \"hooks\" not found");
        create(ResourceType.SERVICES, "m", "{\"metadata\":{\"name\":\"hooks\"},\"spec\":{\"ports\":[{\"port\":443}]}}");
        cluster.delete(WebhookGroup.VALIDATING, "", "s", io.kumiki.kube.Deletion.DEFAULT);
        create(WebhookGroup.VALIDATING, "", """
            {"metadata":{"name":"s"},"webhooks":[{"name":"s.example.com","clientConfig":{"service":{"namespace":"m","name":"hooks","path":"/x"}},
              "rules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["*"],"resources":["configmaps"]}],
              "sideEffects":"None","admissionReviewVersions":["v1"]}]}\
            """);
        assertThatThrownBy(() -> map("n", "x")).hasMessageContaining("no endpoints available for service \"hooks\"");
        create(ResourceType.ENDPOINT_SLICES, "m", """
            {"metadata":{"name":"hooks-1","labels":{"kubernetes.io/service-name":"hooks"}},"addressType":"IPv4",
             "endpoints":[{"addresses":["10.0.0.4"],"conditions":{"ready":false}},{"addresses":["10.0.0.5"]}],"ports":[{"port":8443}]}\
            """);
        listening.put("https://hooks.m.svc:443/x", (request, violations) -> {});
        assertThat(map("n", "x")).isNotNull();
        assertThat(asked).containsExactly("https://hooks.m.svc:443/x10.0.0.5:8443");
    }

    @Test
    void whatCannotBeHonouredIsRefusedByName() {
        assertThatThrownBy(() -> create(WebhookGroup.MUTATING, "", """
            {"metadata":{"name":"w"},"webhooks":[{"name":"short","clientConfig":{"url":"http://user@x/?q#f"},"matchConditions":[{"name":"c","expression":"true +"}],
              "rules":[{"operations":["LOOK"],"apiGroups":["*","x"],"apiVersions":["v1"],"resources":["pods/exec"]}],
              "timeoutSeconds":31,"sideEffects":"Some","admissionReviewVersions":["v1beta1"]}]}\
            """))
                .hasMessageContaining("should be a domain with at least three segments")
                .hasMessageContaining("'https' is the only allowed URL scheme")
                .hasMessageContaining("user information is not permitted")
                .hasMessageContaining("query parameters are not permitted")
                .hasMessageContaining("fragments are not permitted")
                .hasMessageContaining("matchConditions[0].expression: Invalid value: \"true +\": compilation failed")
                .hasMessageContaining("Unsupported value: \"LOOK\"")
                .hasMessageContaining("if '*' is present")
                .hasMessageContaining("between 1 and 30 seconds")
                .hasMessageContaining("sideEffects: Unsupported value: \"Some\"")
                .hasMessageContaining("must include at least one of v1");
    }

    @Test
    void aPolicyRunsInThisProcessAsWell() {
        cluster.admit(appends("inside"));
        assertThat(map("n", "x").path("data").path("trace").asText()).isEqualTo("inside");
        JsonNode stored = cluster.get(ResourceType.CONFIG_MAPS, "n", "x");
        assertThat(stored.path("data").path("trace").asText()).isEqualTo("inside");
        assertThat(warnings).isEmpty();
    }
}
