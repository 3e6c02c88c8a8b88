package io.kumiki.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The command line's own client of a running Kumiki: the same REST calls that anybody else makes.
public final class KumikiClient implements AutoCloseable {
    private static final Duration SOONEST = Duration.ofMillis(50);
    private static final Duration LATEST = Duration.ofSeconds(2);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final URI dashboard;
    private final String token;

    public KumikiClient(URI dashboard, String token) {
        this.dashboard = dashboard;
        this.token = token;
    }

    /// The Kumiki that runs in this folder, if one does and answers.
    public static Optional<KumikiClient> of(Path dir) throws IOException {
        if (RunningProcess.of(dir).isEmpty()) {
            return Optional.empty();
        }
        var address = DataFolder.readJson(dir, "endpoints.json")
                .map(json -> json.path("dashboard").asText());
        if (address.isEmpty() || !Files.exists(dir.resolve("token"))) {
            return Optional.empty();
        }
        return Optional.of(new KumikiClient(
                URI.create(address.get()),
                Files.readString(dir.resolve("token")).strip()));
    }

    public URI dashboard() {
        return dashboard;
    }

    public JsonNode get(String path) throws IOException, InterruptedException {
        return send("GET", path, null);
    }

    public JsonNode post(String path, @Nullable JsonNode body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    /// Creates a run of a pipeline spec and answers its id.
    public String run(String name, JsonNode pipelineSpec, ObjectNode parameters)
            throws IOException, InterruptedException {
        ObjectNode body = Json.object().put("display_name", name);
        body.set("pipeline_spec", pipelineSpec);
        body.putObject("runtime_config").set("parameters", parameters);
        return post("/apis/v2beta1/runs", body).path("run_id").asText();
    }

    /// Waits until the run has ended and answers it with its tasks.
    /// Asks more rarely the longer it takes: an answer carries every task of the run.
    public JsonNode await(String runId, Duration patience) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long deadline = began + patience.toNanos();
        while (true) {
            JsonNode run = get("/apis/v2beta1/runs/" + runId);
            String state = run.path("state").asText();
            if (state.equals("SUCCEEDED") || state.equals("FAILED") || state.equals("CANCELED")) {
                return run;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "run " + runId + " has not ended after " + patience.toSeconds() + " s; it is " + state);
            }
            long pause = Math.clamp((System.nanoTime() - began) / 10, SOONEST.toNanos(), LATEST.toNanos());
            TimeUnit.NANOSECONDS.sleep(pause);
        }
    }

    private JsonNode send(String method, String path, @Nullable JsonNode body)
            throws IOException, InterruptedException {
        var publisher = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body));
        var request = HttpRequest.newBuilder(dashboard.resolve(path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, publisher)
                .build();
        var response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() >= 300) {
            throw new IOException(method + " " + path + " answered " + response.statusCode() + ": "
                    + new String(response.body(), java.nio.charset.StandardCharsets.UTF_8));
        }
        return response.body().length == 0 ? Json.object() : Json.parse(response.body());
    }

    @Override
    public void close() {
        http.close();
    }
}
