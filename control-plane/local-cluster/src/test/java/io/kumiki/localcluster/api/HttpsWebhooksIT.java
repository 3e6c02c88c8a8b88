package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WebhookCaller;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.webhook.PolicyWebhook;
import io.kumiki.kube.kinds.webhooks.WebhookGroup;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.runtime.tls.Certificates;
import io.kumiki.runtime.tls.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real HTTPS server asked by a real cluster; it answers with our own policies.
class HttpsWebhooksIT {
    @TempDir
    Path folder;

    private Vertx vertx;
    private LocalCluster local;
    private HttpServer server;
    private String authority;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        Instant now = Instant.now();
        KeyPair authorityKey = Certificates.newKey();
        X509Certificate ca = Certificates.authority(authorityKey, "hooks-ca", now, Duration.ofDays(1));
        KeyPair key = Certificates.newKey();
        X509Certificate serving = Certificates.serving(
                "hooks",
                ca,
                authorityKey,
                key.getPublic(),
                List.of("127.0.0.1", "hooks.kubeflow.svc"),
                now,
                Duration.ofDays(1));
        authority = Base64.getEncoder().encodeToString(Pem.of(ca).getBytes(StandardCharsets.UTF_8));
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .addCertValue(Buffer.buffer(Pem.of(serving)))
                                .addKeyValue(Buffer.buffer(Pem.of(key.getPrivate())))))
                .requestHandler(this::answer)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        local = LocalCluster.start(vertx, LocalClusterSettings.in(folder).inMemory());
    }

    @AfterEach
    void stop() {
        local.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void answer(HttpServerRequest request) {
        switch (request.path()) {
            case "/labels" ->
                request.body()
                        .onSuccess(body -> request.response()
                                .end(Buffer.buffer(PolicyWebhook.answer(
                                        (asked, violations) -> asked.object()
                                                .withObject("/metadata/labels")
                                                .put("by", asked.caller().name().replace(':', '-')),
                                        body.getBytes()))));
            case "/denies" ->
                request.body()
                        .onSuccess(body -> request.response()
                                .end(Buffer.buffer(PolicyWebhook.answer(
                                        (asked, violations) ->
                                                violations.add(new Violation("data", "No", "nothing enters")),
                                        body.getBytes()))));
            case "/elsewhere" ->
                request.response()
                        .setStatusCode(302)
                        .putHeader("location", "/labels")
                        .end();
            case "/endless" -> {
                request.response().setChunked(true);
                for (int i = 0; i < 64; i++) {
                    request.response().write("x".repeat(64 * 1024));
                }
                request.response().end();
            }
            default -> {
                // Never answers.
            }
        }
    }

    private void hook(ResourceType type, String client, String more) {
        local.cluster().create(type, "", (ObjectNode) Json.parse("""
            {"metadata":{"name":"it"},"webhooks":[{"name":"it.example.com","clientConfig":%s,"sideEffects":"None","admissionReviewVersions":["v1"],
              "rules":[{"operations":["CREATE","DELETE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}]%s}]}\
            """.formatted(client, more)), WriteOptions.by("test"));
    }

    private String url(String path) {
        return "{\"url\":\"https://127.0.0.1:" + server.actualPort() + path + "\",\"caBundle\":\"" + authority + "\"}";
    }

    private ObjectNode map(String name) {
        return local.cluster()
                .create(
                        ResourceType.CONFIG_MAPS,
                        "kubeflow",
                        (ObjectNode) Json.parse("{\"metadata\":{\"name\":\"" + name + "\"}}"),
                        WriteOptions.by("test"));
    }

    @Test
    void aWebhookChangesWhatIsStored() {
        hook(WebhookGroup.MUTATING, url("/labels"), "");
        assertThat(map("a").at("/metadata/labels/by").asText()).isEqualTo("system-kumiki");
    }

    @Test
    void aServiceIsFoundThroughItsEndpoints() {
        local.cluster()
                .create(
                        ResourceType.SERVICES,
                        "kubeflow",
                        (ObjectNode)
                                Json.parse(
                                        "{\"metadata\":{\"name\":\"hooks\"},\"spec\":{\"ports\":[{\"name\":\"https\",\"port\":443}]}}"),
                        WriteOptions.by("test"));
        local.cluster()
                .create(
                        ResourceType.ENDPOINT_SLICES,
                        "kubeflow",
                        (ObjectNode) Json.parse("""
                            {"metadata":{"name":"hooks-1","labels":{"kubernetes.io/service-name":"hooks"}},"addressType":"IPv4",
                             "endpoints":[{"addresses":["127.0.0.1"],"conditions":{"ready":true}}],"ports":[{"name":"https","port":%d}]}\
                            """.formatted(server.actualPort())),
                        WriteOptions.by("test"));
        hook(
                WebhookGroup.MUTATING,
                "{\"service\":{\"namespace\":\"kubeflow\",\"name\":\"hooks\",\"path\":\"/labels\"},\"caBundle\":\""
                        + authority + "\"}",
                "");
        assertThat(map("a").at("/metadata/labels/by").asText()).isEqualTo("system-kumiki");
    }

    @Test
    void aDenialAndEveryFaultSaysWhich() {
        hook(WebhookGroup.VALIDATING, url("/denies"), "");
        refused("admission webhook \"it.example.com\" denied the request: data: nothing enters");
        again(url("/elsewhere"), "the server answered 302");
        again(url("/endless"), "the answer is longer than");
        again(url("/silent"), "no answer within 1 s");
        again("{\"url\":\"https://127.0.0.1:" + server.actualPort() + "/labels\"}", "failed calling webhook");
        again("{\"url\":\"https://169.254.169.254/latest\"}", "which webhooks are not called at");
    }

    private void again(String client, String message) {
        local.cluster().delete(WebhookGroup.VALIDATING, "", "it", io.kumiki.kube.Deletion.DEFAULT);
        hook(WebhookGroup.VALIDATING, client, ",\"timeoutSeconds\":" + (client.contains("/silent") ? 1 : 30));
        refused(message);
    }

    private void refused(String message) {
        assertThatThrownBy(() -> map("a")).isInstanceOf(ApiFault.class).hasMessageContaining(message);
        assertThat(local.cluster().get(ResourceType.CONFIG_MAPS, "kubeflow", "a"))
                .isNull();
    }

    @Test
    void onlyHttpsIsCalled() {
        try (HttpsWebhooks webhooks = new HttpsWebhooks(vertx)) {
            var target = new WebhookCaller.Target("http://127.0.0.1:1/", "", "", Duration.ofSeconds(1));
            assertThatThrownBy(() -> webhooks.call(target, new byte[0])).hasMessageContaining("only https is called");
        }
    }
}
