package io.kumiki.runtime.http;

import static io.kumiki.runtime.http.Permission.ANYONE;
import static io.kumiki.runtime.http.Permission.may;

import io.kumiki.runtime.life.Health;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// `/healthz`, `/readyz` and `/metrics`, as every process of ours serves them.
public final class OperatorRoutes {
    private OperatorRoutes() {}

    public static Routes of(Health health, Supplier<String> metrics) {
        return new Routes("", new ProblemRenderer())
                .get("/healthz", ANYONE, request -> state(health.liveProblems()))
                .get("/readyz", ANYONE, request -> state(health.readyProblems()))
                .get(
                        "/metrics",
                        may("get", "metrics"),
                        request -> Answer.bytes(
                                200,
                                "text/plain; version=0.0.4; charset=utf-8",
                                metrics.get().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static Answer state(Map<String, String> problems) {
        if (problems.isEmpty()) {
            return Answer.text(200, "ok\n");
        }
        return Answer.text(
                503,
                problems.entrySet().stream()
                        .map(p -> p.getKey() + ": " + p.getValue() + "\n")
                        .collect(Collectors.joining()));
    }
}
