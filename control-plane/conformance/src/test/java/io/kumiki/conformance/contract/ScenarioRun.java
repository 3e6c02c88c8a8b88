package io.kumiki.conformance.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.conformance.cluster.Api;
import io.kumiki.conformance.cluster.Clusters;
import io.kumiki.conformance.cluster.PretendNode;
import io.kumiki.conformance.cluster.Reply;
import io.kumiki.conformance.cluster.TestCluster;
import io.kumiki.model.Json;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One scenario on one cluster.
final class ScenarioRun implements AutoCloseable {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);
    private static final Map<String, String> DEFAULT_TYPES =
            Map.of("POST", Api.JSON, "PUT", Api.JSON, "PATCH", Api.MERGE, "DELETE", Api.JSON);

    private final TestCluster cluster;
    private final Api api;
    private final Map<String, String> variables = new HashMap<>();
    final List<Reply> replies = new ArrayList<>();
    final List<String> wrong = new ArrayList<>();

    private @Nullable PretendNode node;

    ScenarioRun(TestCluster cluster, String namespace) {
        this.cluster = cluster;
        this.api = cluster.api();
        variables.put("ns", namespace);
        variables.put("hook", Clusters.webhook().url(cluster.name() + "/" + namespace));
        variables.put("ca", Clusters.webhook().bundle());
    }

    /// Makes the namespace and waits for what comes with it.
    void begin() {
        String namespace = variables.get("ns");
        api.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + namespace + "\"}}")
                .expect(201);
        for (String path : List.of("/serviceaccounts/default", "/configmaps/kube-root-ca.crt")) {
            repeat(() -> api.get("/api/v1/namespaces/" + namespace + path), reply -> reply.code() == 200);
        }
    }

    void run(Scenario scenario) {
        for (Scenario.Step step : scenario.steps()) {
            Reply reply = step.until() ? repeat(() -> send(step), found -> fits(step, found)) : send(step);
            replies.add(reply);
            if (!fits(step, reply)) {
                wrong.add(step.method() + " " + step.path() + ": HTTP " + reply.code() + ", wanted " + step.code() + " "
                        + step.reason() + step.holds() + ": " + reply.text());
            }
            step.keeps().forEach((name, pointer) -> variables.put(name, reply.at(pointer)));
        }
    }

    private Reply send(Scenario.Step step) {
        return switch (step.method()) {
            case "NODE" -> {
                node = PretendNode.in(cluster, variables.get("ns"));
                yield said(Json.object());
            }
            case "ASKED" -> {
                String[] words = filled(step.path()).split("/");
                String caller = cluster.name() + "/" + variables.get("ns");
                yield said(Clusters.webhook().asked(caller, words[0], words[1]));
            }
            default -> request(step);
        };
    }

    private static Reply said(JsonNode what) {
        return new Reply(200, HttpHeaders.of(Map.of(), (name, value) -> true), Json.write(what));
    }

    private Reply request(Scenario.Step step) {
        Api with = api;
        for (var header : step.headers().entrySet()) {
            with = with.with(header.getKey(), filled(header.getValue()));
        }
        String body = filled(step.body());
        String type = body.isEmpty() || step.headers().containsKey("Content-Type")
                ? ""
                : DEFAULT_TYPES.getOrDefault(step.method(), "");
        return with.send(step.method(), encoded(filled(step.path())), type, body);
    }

    private String filled(String text) {
        String result = text;
        for (var variable : variables.entrySet()) {
            result = result.replace("{" + variable.getKey() + "}", variable.getValue());
        }
        return result;
    }

    private static String encoded(String path) {
        return path.replace(" ", "%20")
                .replace("\"", "%22")
                .replace("<", "%3C")
                .replace(">", "%3E")
                .replace("{", "%7B")
                .replace("}", "%7D");
    }

    private boolean fits(Scenario.Step step, Reply reply) {
        if (reply.code() != step.code()) {
            return false;
        }
        if (step.reason().isEmpty() && step.holds().isEmpty()) {
            return true;
        }
        JsonNode json = Json.parse(reply.text());
        return (step.reason().isEmpty() || json.path("reason").asText().equals(step.reason()))
                && step.holds().entrySet().stream()
                        .allMatch(each -> json.at(each.getKey()).asText("").equals(filled(each.getValue())));
    }

    private static Reply repeat(java.util.function.Supplier<Reply> ask, java.util.function.Predicate<Reply> enough) {
        long deadline = System.nanoTime() + PATIENCE;
        while (true) {
            Reply reply = ask.get();
            if (enough.test(reply) || System.nanoTime() > deadline) {
                return reply;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Override
    public void close() {
        if (node != null) {
            node.close();
        }
    }
}
