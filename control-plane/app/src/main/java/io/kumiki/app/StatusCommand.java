package io.kumiki.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.NodeAgent;
import io.kumiki.model.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Addresses, version, health, resident memory and the time it took to become ready.
final class StatusCommand {
    private StatusCommand() {}

    static int run(List<String> args) throws Exception {
        var a = Arguments.parse(args, Set.of("json"), Set.of("data"));
        Path dir = a.dataFolder();
        var process = RunningProcess.of(dir);
        ObjectNode status = Json.object();
        status.put("data", dir.toString()).put("running", process.isPresent());
        if (process.isPresent()) {
            DataFolder.readJson(dir, "process.json").ifPresent(json -> status.setAll((ObjectNode) json));
            DataFolder.readJson(dir, "endpoints.json").ifPresent(json -> status.set("endpoints", json));
            DataFolder.readJson(dir.resolve("node"), NodeAgent.NOTES).ifPresent(json -> status.set("node", json));
            status.put("health", health(status.at("/endpoints/dashboard").asText()));
            invitation(dir).ifPresent(url -> status.put("open", url));
            resident(process.get().pid()).ifPresent(bytes -> status.put("residentBytes", bytes));
        }
        System.out.println(a.flag("json") ? Json.mapper().writeValueAsString(status) : text(status));
        return process.isPresent() ? 0 : 1;
    }

    private static String text(ObjectNode status) {
        if (!status.path("running").asBoolean()) {
            return "No Kumiki runs in " + status.path("data").asText() + ". Start one with ./kumiki up";
        }
        var out = new StringBuilder();
        status.path("endpoints")
                .properties()
                .forEach(e -> out.append(
                        String.format("%-11s %s%n", e.getKey(), e.getValue().asText())));
        if (status.has("open")) {
            out.append(String.format("%-11s %s%n", "open", status.path("open").asText()));
        }
        status.path("node")
                .properties()
                .forEach(e -> out.append(
                        String.format("%-11s %s%n", e.getKey(), e.getValue().asText())));
        out.append(String.format("%-11s %s%n", "version", status.path("version").asText()));
        out.append(String.format("%-11s %s%n", "health", status.path("health").asText()));
        out.append(String.format(
                "%-11s %,d MiB%n", "resident", status.path("residentBytes").asLong() >> 20));
        out.append(String.format(
                "%-11s %.2f s%n", "ready after", status.path("readyMillis").asLong() / 1000.0));
        out.append(String.format("%-11s %s", "data", status.path("data").asText()));
        return out.toString();
    }

    /// A fresh link that opens the dashboard once.
    private static Optional<String> invitation(Path dir) throws InterruptedException {
        try (var client = KumikiClient.of(dir).orElse(null)) {
            if (client == null) {
                return Optional.empty();
            }
            String ticket = client.post("/api/v1/session/socket-ticket", null)
                    .path("ticket")
                    .asText();
            return Optional.of(client.dashboard().resolve("/?ticket=" + ticket).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String health(String dashboard) throws InterruptedException {
        if (dashboard.isEmpty()) {
            return "starting";
        }
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(dashboard).resolve("/readyz"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            int code =
                    http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            return code == 200 ? "ready" : "not ready (" + code + ")";
        } catch (IOException e) {
            return "not answering: " + Failure.sentence(e);
        }
    }

    /// Linux only; elsewhere the line is left out.
    private static OptionalLong resident(long pid) throws IOException {
        Path file = Path.of("/proc", Long.toString(pid), "status");
        if (!Files.exists(file)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst();
    }
}
