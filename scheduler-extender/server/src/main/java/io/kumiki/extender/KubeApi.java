package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.kumiki.model.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The Kubernetes API in JSON, over the client's connection and credentials: typed models of 100,000 pods would cost
/// seconds and gigabytes.
final class KubeApi {
    private static final String JSON = "application/json";
    private static final int LARGEST_ANSWER = 8 << 20;
    /// A server that is silent for longer is as good as gone, and one of few writers waits for it.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient http;
    private final URI server;

    KubeApi(KubernetesClient client) {
        this.http = client.getHttpClient();
        this.server = URI.create(client.getMasterUrl().toString());
    }

    /// @param code 0 where nobody answered
    record Result(int code, JsonNode body) {
        boolean done() {
            return code >= 200 && code < 300;
        }

        String message() {
            return code + " " + body.path("message").asText("");
        }
    }

    Result get(String path) {
        return get(path, PATIENCE);
    }

    /// @param patience after which nobody has answered
    Result get(String path, Duration patience) {
        return send("GET", path, null, JSON, patience);
    }

    Result post(String path, JsonNode body) {
        return post(path, body, PATIENCE);
    }

    Result post(String path, JsonNode body, Duration patience) {
        return send("POST", path, body, JSON, patience);
    }

    Result put(String path, JsonNode body) {
        return put(path, body, PATIENCE);
    }

    Result put(String path, JsonNode body, Duration patience) {
        return send("PUT", path, body, JSON, patience);
    }

    Result delete(String path, JsonNode options) {
        return send("DELETE", path, options, JSON, PATIENCE);
    }

    Result merge(String path, JsonNode patch) {
        return send("PATCH", path, patch, "application/merge-patch+json", PATIENCE);
    }

    private Result send(String method, String path, @Nullable JsonNode body, String type, Duration patience) {
        HttpRequest.Builder builder = http.newHttpRequestBuilder()
                .uri(server.resolve(path))
                .timeout(patience.toMillis(), TimeUnit.MILLISECONDS);
        HttpRequest request = body == null
                ? builder.build()
                : builder.method(method, type, Json.write(body)).build();
        var bytes = new ByteArrayOutputStream();
        CompletableFuture<HttpResponse<AsyncBody>> call = http.consumeBytes(request, (buffers, rest) -> {
            buffers.forEach(buffer -> append(buffer, bytes));
            if (bytes.size() > LARGEST_ANSWER) {
                throw new IOException("an answer of more than " + LARGEST_ANSWER + " bytes");
            }
            rest.consume();
        });
        CompletableFuture<Integer> code = call.thenCompose(response -> {
            response.body().consume();
            return response.body().done().thenApply(_ -> response.code());
        });
        try {
            return new Result(
                    code.get(patience.toMillis(), TimeUnit.MILLISECONDS), LeanObjects.object(bytes.toByteArray()));
        } catch (TimeoutException e) {
            return new Result(0, Json.object().put("message", "no answer within " + patience.toMillis() + " ms"));
        } catch (ExecutionException | IOException e) {
            return new Result(0, Json.object().put("message", String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result(0, Json.object().put("message", "interrupted"));
        } finally {
            if (!code.isDone()) {
                call.thenAccept(response -> response.body().cancel());
                call.cancel(true);
            }
        }
    }

    private static void append(ByteBuffer buffer, ByteArrayOutputStream bytes) {
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        bytes.writeBytes(part);
    }

    /// A list or a watch, as it comes.
    record Stream(int code, InputStream body) {}

    Stream open(String path) throws IOException, InterruptedException {
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(server.resolve(path))
                .forStreaming()
                .build();
        try {
            HttpResponse<InputStream> response =
                    http.sendAsync(request, InputStream.class).get(60, TimeUnit.SECONDS);
            return new Stream(response.code(), response.body());
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("no answer to GET " + path + ": " + e, e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
