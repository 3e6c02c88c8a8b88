package io.kumiki.runtime.work;

import static io.kumiki.runtime.http.Permission.ANYONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.model.Json;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Body;
import io.kumiki.runtime.http.HttpListener;
import io.kumiki.runtime.http.ProblemRenderer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What goes over the wire, against a server that writes it down and answers as it is told.
class ClusterApplierIT {
    private record Asked(String method, String uri, String type, JsonNode body) {}

    private final Vertx vertx = Vertx.vertx();
    private final LinkedBlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private volatile Answer next;
    private HttpListener server;
    private KubernetesClient client;
    private ClusterApplier applier;

    @BeforeEach
    void start() {
        Routes routes = new Routes("", new ProblemRenderer());
        for (String method : new String[] {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
            routes.on(method, "/{path*}", ANYONE, Body.MODEST, this::answer);
        }
        server = HttpListener.on(vertx, request -> null).serve(routes).listen("127.0.0.1", 0);
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl("http://127.0.0.1:" + server.port())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
        applier = new ClusterApplier(client, "kumiki-test", () -> Instant.EPOCH);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Answer answer(Request request) {
        JsonNode body = request.body().length == 0 ? Json.object() : request.json();
        asked.add(new Asked(request.method(), request.uri(), String.valueOf(request.header("Content-Type")), body));
        return next == null
                ? Answer.json(
                        body.isEmpty()
                                ? Json.parse("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Success\"}")
                                : body)
                : next;
    }

    private Asked asked() throws InterruptedException {
        return asked.poll(10, TimeUnit.SECONDS);
    }

    private static Answer status(int code, String reason) {
        return Answer.json(
                code,
                Json.object()
                        .put("kind", "Status")
                        .put("apiVersion", "v1")
                        .put("status", "Failure")
                        .put("reason", reason)
                        .put("message", reason)
                        .put("code", code));
    }

    private static ConfigMap map() {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("ns")
                .withName("a")
                .endMetadata()
                .addToData("k", "v")
                .build();
    }

    @Test
    void appliesWithItsOwnFieldManager() throws Exception {
        applier.apply(new Action.Apply(map()));
        Asked patch = asked();
        assertThat(patch.method()).isEqualTo("PATCH");
        assertThat(patch.uri())
                .startsWith("/api/v1/namespaces/ns/configmaps/a?")
                .contains("fieldManager=kumiki-test", "force=true");
        assertThat(patch.type()).startsWith("application/apply-patch+yaml");
    }

    @Test
    void whatExistsIsCreatedAndWhatIsGoneIsDeletedAlready() throws Exception {
        next = status(409, "AlreadyExists");
        applier.apply(new Action.Create(map()));
        assertThat(asked().method()).isEqualTo("POST");
        next = status(404, "NotFound");
        applier.apply(new Action.Delete(map(), 0L));
        Asked delete = asked();
        assertThat(delete.method()).isEqualTo("DELETE");
        assertThat(delete.body().path("gracePeriodSeconds").asInt(-1)).isZero();
    }

    @Test
    void conflictsAndRefusalsAreFaultsWithACode() {
        next = status(409, "Conflict");
        assertThatThrownBy(() -> applier.apply(new Action.Create(map())))
                .isInstanceOfSatisfying(
                        Applier.ApplyFault.class,
                        fault -> assertThat(fault.retryable()).isTrue())
                .hasMessageContaining("cannot create ConfigMap ns/a");
        next = status(422, "Invalid");
        assertThatThrownBy(() -> applier.apply(new Action.Apply(map())))
                .isInstanceOfSatisfying(Applier.ApplyFault.class, fault -> {
                    assertThat(fault.retryable()).isFalse();
                    assertThat(fault.code()).isEqualTo("Kubernetes422");
                });
    }

    @Test
    void emitsAnEventAboutTheObject() throws Exception {
        applier.apply(new Action.Emit(map(), "Warning", "NoImage", "python:9 is not here"));
        JsonNode event = asked().body();
        assertThat(event.path("reason").asText()).isEqualTo("NoImage");
        assertThat(event.path("involvedObject").path("name").asText()).isEqualTo("a");
        assertThat(event.path("metadata").path("generateName").asText()).isEqualTo("a.");
    }

    @Test
    void writesStatusOnlyWhenItDiffersAndNamesWhatIsGone() throws Exception {
        var pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace("ns")
                .withName("p")
                .withGeneration(4L)
                .endMetadata()
                .withNewStatus()
                .withPhase("Pending")
                .withMessage("old")
                .withObservedGeneration(4L)
                .endStatus()
                .build();
        StatusWriter<io.fabric8.kubernetes.api.model.Pod> status = StatusWriter.on(client);
        assertThat(status.write(pod, Json.object().put("phase", "Pending").put("message", "old")))
                .isFalse();
        assertThat(asked).isEmpty();
        assertThat(status.write(pod, Json.object().put("phase", "Running"))).isTrue();
        Asked patch = asked();
        assertThat(patch.uri()).contains("/api/v1/namespaces/ns/pods/p/status");
        assertThat(patch.type()).startsWith("application/merge-patch+json");
        assertThat(patch.body().path("status").toString())
                .isEqualTo("{\"phase\":\"Running\",\"observedGeneration\":4,\"message\":null}");
    }
}
