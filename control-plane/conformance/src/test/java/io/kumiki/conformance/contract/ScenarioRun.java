package io.kumiki.conformance.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.conformance.cluster.Api;
import io.kumiki.conformance.cluster.Clusters;
import io.kumiki.conformance.cluster.PretendNode;
import io.kumiki.conformance.cluster.Reply;
import io.kumiki.conformance.cluster.TestCluster;
import io.kumiki.model.Json;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One scenario on one cluster.
final class ScenarioRun implements AutoCloseable {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);
    private static final Map<String, String> DEFAULT_TYPES =
            Map.of("POST", Api.JSON, "PUT", Api.JSON, "PATCH", Api.MERGE, "DELETE", Api.JSON);

    private static final String BYTES = "hex ";

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
            case "KNOWN" -> {
                String caller = cluster.name() + "/" + variables.get("ns");
                repeat(
                        () -> api.post(
                                "/api/v1/namespaces/" + variables.get("ns") + "/configmaps?dryRun=All",
                                "{\"metadata\":{\"name\":\"known\"}}"),
                        reply -> !Clusters.webhook()
                                .asked(caller, step.path(), "known")
                                .isEmpty());
                yield said(Json.object());
            }
            case "FORGET" -> {
                cluster.forget();
                yield said(Json.object());
            }
            case "TIMES" -> said(together(step));
            default -> request(step, step.method(), step.path(), "");
        };
    }

    /// All at the same moment; how often each code came back.
    private ObjectNode together(Scenario.Step step) {
        String[] words = step.path().split(" ", 3);
        int count = Integer.parseInt(words[0]);
        List<CompletableFuture<Reply>> all = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        for (int n = 0; n < count; n++) {
            String number = Integer.toString(n);
            all.add(CompletableFuture.supplyAsync(
                    () -> {
                        await(start);
                        return request(step, words[1], words[2], number);
                    },
                    task -> Thread.ofVirtual().start(task)));
        }
        start.countDown();
        Map<Integer, Integer> codes = new TreeMap<>();
        all.forEach(each -> codes.merge(each.join().code(), 1, Integer::sum));
        ObjectNode told = Json.object();
        codes.forEach((code, times) -> told.put(Integer.toString(code), times));
        return told;
    }

    private static void await(CountDownLatch start) {
        try {
            start.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Reply said(JsonNode what) {
        return new Reply(200, HttpHeaders.of(Map.of(), (name, value) -> true), Json.write(what));
    }

    private Reply request(Scenario.Step step, String method, String path, String number) {
        Api with = api;
        for (var header : step.headers().entrySet()) {
            with = with.with(header.getKey(), filled(header.getValue()));
        }
        String body = filled(step.body()).replace("{n}", number);
        String type = body.isEmpty() || step.headers().containsKey("Content-Type")
                ? ""
                : DEFAULT_TYPES.getOrDefault(method, "");
        String where = encoded(filled(path).replace("{n}", number));
        return body.startsWith(BYTES)
                ? with.send(method, where, type, HexFormat.of().parseHex(body.substring(BYTES.length())))
                : with.send(method, where, type, body);
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
                        .allMatch(each -> holds(json, each.getKey(), filled(each.getValue())));
    }

    /// A `*` stands for any item of a list.
    private static boolean holds(JsonNode json, String pointer, String wanted) {
        int any = pointer.indexOf("/*");
        if (any < 0) {
            return json.at(pointer).asText("").equals(wanted);
        }
        for (JsonNode item : json.at(pointer.substring(0, any))) {
            if (holds(item, pointer.substring(any + 2), wanted)) {
                return true;
            }
        }
        return false;
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
