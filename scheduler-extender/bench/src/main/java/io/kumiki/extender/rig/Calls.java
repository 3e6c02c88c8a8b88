package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.bench.Endpoint;
import io.kumiki.localcluster.bench.Wire;
import io.kumiki.model.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/// Calls of the Kubernetes API over connections that are kept. Any thread may call.
public final class Calls implements AutoCloseable {
    private static final String JSON = "application/json";
    private static final byte[] NONE = {};
    /// The API server closes what was silent for 90 s, perhaps while we write.
    private static final long KEPT_NANOS = 45_000_000_000L;

    /// @param at when it was last used, `System.nanoTime()`
    private record Kept(Wire wire, long at) {}

    /// @param body an empty object where nothing came
    public record Answer(int status, JsonNode body) {
        public boolean done() {
            return status >= 200 && status < 300;
        }

        /// The same, when it went well.
        public Answer expected() throws IOException {
            if (!done()) {
                throw new IOException("the API server answered " + status + ": "
                        + body.path("message").asText(body.toString()));
            }
            return this;
        }
    }

    private final Endpoint endpoint;
    private final ConcurrentLinkedDeque<Kept> idle = new ConcurrentLinkedDeque<>();

    Calls(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    public Answer get(String path) throws IOException {
        return send("GET", path, JSON, NONE);
    }

    public Answer post(String path, JsonNode body) throws IOException {
        return send("POST", path, JSON, Json.bytes(body));
    }

    public Answer put(String path, JsonNode body) throws IOException {
        return send("PUT", path, JSON, Json.bytes(body));
    }

    public Answer merge(String path, JsonNode patch) throws IOException {
        return send("PATCH", path, "application/merge-patch+json", Json.bytes(patch));
    }

    public Answer strategic(String path, JsonNode patch) throws IOException {
        return send("PATCH", path, "application/strategic-merge-patch+json", Json.bytes(patch));
    }

    public Answer delete(String path) throws IOException {
        return send("DELETE", path, JSON, NONE);
    }

    private Answer send(String method, String path, String type, byte[] body) throws IOException {
        Wire wire = take();
        try {
            Wire.Reply reply = wire.send(method, path, type, body);
            idle.push(new Kept(wire, System.nanoTime()));
            return new Answer(reply.status(), read(reply.body()));
        } catch (IOException e) {
            wire.close();
            throw e;
        }
    }

    private static JsonNode read(byte[] body) {
        try {
            return body.length == 0 ? Json.object() : Json.parse(body);
        } catch (Json.Malformed e) {
            // Some refusals are plain text.
            return Json.object().put("message", new String(body, java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    private Wire take() throws IOException {
        for (Kept kept = idle.poll(); kept != null; kept = idle.poll()) {
            if (System.nanoTime() - kept.at() < KEPT_NANOS) {
                return kept.wire();
            }
            kept.wire().close();
        }
        return new Wire(endpoint, 16_384);
    }

    /// Creates that many objects over some connections at once; fails with the first refusal.
    public void create(String path, int count, int writers, IntFunction<JsonNode> object) throws IOException {
        var next = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int w = 0; w < Math.min(writers, count); w++) {
                all.add(threads.submit(() -> {
                    for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                        post(path, object.apply(i)).expected();
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("creating at " + path + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        for (Kept kept = idle.poll(); kept != null; kept = idle.poll()) {
            try {
                kept.wire().close();
            } catch (IOException e) {
                assert e != null : "it was closed already";
            }
        }
    }
}
