package io.kumiki.conformance.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.api.Credentials;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// An HTTPS admission webhook that answers as the last word of its path says and remembers what it was asked, for as
/// many callers as there are first words.
public final class PretendWebhook implements AutoCloseable {
    private static final String LABEL = patch("add", "/metadata/labels/hooked", "\"yes\"");
    private static final long SLOW_MILLIS = 3000;

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final String authority;
    private final Map<String, List<JsonNode>> asked = new ConcurrentHashMap<>();

    private PretendWebhook(Path folder) throws IOException, GeneralSecurityException {
        Credentials keys = Credentials.in(folder, List.of("127.0.0.1"), Instant.now());
        authority = Base64.getEncoder().encodeToString(keys.authorityPem().getBytes(StandardCharsets.UTF_8));
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .addCertValue(Buffer.buffer(keys.servingPem()))
                                .addKeyValue(Buffer.buffer(keys.servingKeyPem()))))
                .requestHandler(this::receive)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    static PretendWebhook start(Path folder) throws IOException {
        try {
            return new PretendWebhook(folder);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Below it lie the behaviours.
    public String url(String caller) {
        return "https://127.0.0.1:" + server.actualPort() + "/" + caller;
    }

    /// The certificates to trust, as a configuration's caBundle has them.
    public String bundle() {
        return authority;
    }

    /// The requests of one caller to one behaviour about objects of one name, without what differs each time.
    public ArrayNode asked(String caller, String behaviour, String name) {
        ArrayNode found = Json.array();
        for (JsonNode each : asked.getOrDefault("/" + caller + "/" + behaviour, List.of())) {
            if (each.path("name").asText().equals(name)) {
                found.add(each);
            }
        }
        return found;
    }

    private void receive(HttpServerRequest request) {
        String path = request.path();
        request.body().onSuccess(body -> {
            JsonNode ask = Json.parse(body.getBytes()).path("request");
            asked.computeIfAbsent(path, p -> new CopyOnWriteArrayList<>()).add(ask);
            answer(request, path.substring(path.lastIndexOf('/') + 1), ask);
        });
    }

    private void answer(HttpServerRequest request, String behaviour, JsonNode ask) {
        ObjectNode review = Json.object().put("kind", "AdmissionReview").put("apiVersion", "admission.k8s.io/v1");
        ObjectNode response = review.putObject("response");
        response.put("uid", ask.path("uid").asText()).put("allowed", !behaviour.startsWith("deny"));
        switch (behaviour) {
            case "deny-why" ->
                response.putObject("status")
                        .put("code", 409)
                        .put("reason", "Conflict")
                        .put("message", "not today");
            case "deny-message" -> response.putObject("status").put("message", "not today");
            case "label" -> patched(response, labelled(ask, LABEL));
            case "mark-twice" -> patched(response, count(ask));
            case "patch-nothing" -> patched(response, "[]");
            case "patch-nowhere" -> patched(response, patch("remove", "/spec/none", "0"));
            case "patch-unknown" -> patched(response, patch("add", "/unknown", "\"x\""));
            case "patch-invalid" -> patched(response, patch("add", "/metadata/labels", "{\"-x\":\"y\"}"));
            case "patch-type" ->
                response.put("patchType", "Merge")
                        .put("patch", Base64.getEncoder().encodeToString(LABEL.getBytes(StandardCharsets.UTF_8)));
            case "patch-untyped" -> response.put("patch", "W10=");
            case "warn" -> response.putArray("warnings").add("have a care").add("and another");
            case "other-uid" -> response.put("uid", "another");
            case "silent" -> review.remove("response");
            case "old" -> review.put("apiVersion", "admission.k8s.io/v1beta9");
            default -> {}
        }
        switch (behaviour) {
            case "garbage" -> request.response().end("no review");
            case "broken" -> request.response().setStatusCode(500).end("broken");
            case "slow" -> vertx.setTimer(SLOW_MILLIS, t -> request.response().end(Json.write(review)));
            default -> request.response().putHeader("content-type", Api.JSON).end(Json.write(review));
        }
    }

    private static void patched(ObjectNode response, String patch) {
        response.put("patchType", "JSONPatch")
                .put("patch", Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)));
    }

    private static String patch(String op, String path, String value) {
        return "[{\"op\":\"" + op + "\",\"path\":\"" + path + "\",\"value\":" + value + "}]";
    }

    /// The label alone, where there are labels already.
    private static String labelled(JsonNode ask, String patch) {
        return ask.at("/object/metadata/labels").isObject()
                ? patch
                : patch("add", "/metadata/labels", "{\"hooked\":\"yes\"}");
    }

    /// How often it has seen the object.
    private static String count(JsonNode ask) {
        int seen = ask.at("/object/metadata/annotations/seen").asInt();
        String value = "\"" + (seen + 1) + "\"";
        return ask.at("/object/metadata/annotations").isObject()
                ? patch("add", "/metadata/annotations/seen", value)
                : patch("add", "/metadata/annotations", "{\"seen\":" + value + "}");
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
