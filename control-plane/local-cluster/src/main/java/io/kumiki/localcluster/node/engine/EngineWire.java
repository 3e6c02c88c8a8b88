package io.kumiki.localcluster.node.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.kumiki.model.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Requests to an engine's socket. An answer is bounded in time and size before it is parsed.
final class EngineWire implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineWire.class);
    private static final int MOST_BYTES = 4 << 20;
    /// Two connections for each running container, and those who look on.
    private static final int MOST_CONNECTIONS = 2_048;

    private final Vertx vertx;
    private final HttpClient client;

    /// An answer that is all there.
    record Answer(int status, Map<String, String> headers, byte[] body) {
        boolean good() {
            return status >= 200 && status < 400;
        }

        JsonNode json() throws EngineFault {
            try {
                return body.length == 0 ? MissingNode.getInstance() : Json.parse(body);
            } catch (Json.Malformed e) {
                throw new EngineFault(status, "the engine's answer is not JSON: " + e.getMessage());
            }
        }

        /// What the engine says about its refusal.
        EngineFault fault() {
            return new EngineFault(status, EngineWire.message(status, body));
        }
    }

    EngineWire(Vertx vertx) {
        this.vertx = vertx;
        this.client = vertx.httpClientBuilder()
                .with(new HttpClientOptions().setConnectTimeout(2_000).setKeepAliveTimeout(10))
                .with(new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS))
                // An engine that goes takes its idle connections along; whoever asked is told by the request.
                .withConnectHandler(to -> to.exceptionHandler(e -> LOG.debug("a connection broke", e)))
                .build();
    }

    static String message(int status, byte[] body) {
        try {
            String text = Json.parse(body).path("message").asText("");
            if (!text.isEmpty()) {
                return text.strip();
            }
        } catch (Json.Malformed e) {
            return "the engine answered " + status;
        }
        return "the engine answered " + status;
    }

    /// @param body null for none
    Answer call(Path socket, HttpMethod method, String path, @Nullable JsonNode body, Duration limit)
            throws EngineFault {
        return await(within(socket, method, path, body, Map.of(), EngineWire::whole), limit, method + " " + path);
    }

    /// The body of a good answer as it comes. Closing it ends the request.
    ///
    /// @param limit until the answer's head is there
    /// @param silence the longest pause between two bytes; zero for any
    InputStream stream(
            Path socket, HttpMethod method, String path, Map<String, String> headers, Duration limit, Duration silence)
            throws EngineFault {
        Object head = await(
                within(socket, method, path, null, headers, response -> opened(response, silence)),
                limit,
                method + " " + path);
        if (head instanceof Answer refusal) {
            throw refusal.fault();
        }
        return (EngineStream) head;
    }

    private Future<Object> opened(HttpClientResponse response, Duration silence) {
        if (response.statusCode() != 200) {
            return whole(response).map(answer -> (Object) answer);
        }
        Context context = vertx.getOrCreateContext();
        return Future.succeededFuture(new EngineStream(
                response,
                context,
                () -> context.runOnContext(v -> response.request().reset()),
                silence));
    }

    private static Future<Answer> whole(HttpClientResponse response) {
        Promise<Answer> whole = Promise.promise();
        Buffer read = Buffer.buffer();
        response.handler(chunk -> {
            if (read.length() + chunk.length() > MOST_BYTES) {
                whole.tryFail("the engine's answer is longer than " + MOST_BYTES + " bytes");
                response.request().reset();
            } else {
                read.appendBuffer(chunk);
            }
        });
        response.exceptionHandler(whole::tryFail);
        response.endHandler(end -> {
            Map<String, String> headers = new java.util.HashMap<>();
            response.headers().forEach((name, value) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
            whole.tryComplete(new Answer(response.statusCode(), headers, read.getBytes()));
        });
        return whole.future();
    }

    /// A request whose answer is read on the context that it was made on.
    private record Asked<T>(CompletableFuture<T> answer, CompletableFuture<HttpClientRequest> request) {
        void giveUp() {
            request.thenAccept(HttpClientRequest::reset);
        }
    }

    private <T> Asked<T> within(
            Path socket,
            HttpMethod method,
            String path,
            @Nullable JsonNode body,
            Map<String, String> headers,
            java.util.function.Function<HttpClientResponse, Future<T>> read) {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setServer(SocketAddress.domainSocketAddress(socket.toString()))
                .setHost("engine")
                .setURI(path)
                .setFollowRedirects(false);
        headers.forEach(options::putHeader);
        Asked<T> asked = new Asked<>(new CompletableFuture<>(), new CompletableFuture<>());
        vertx.getOrCreateContext()
                .runOnContext(on -> client.request(options)
                        .compose(request -> {
                            // Told by the future; without this a request that is given up is logged as an error.
                            request.exceptionHandler(e -> LOG.debug("{} {}", method, path, e));
                            asked.request().complete(request);
                            return body == null
                                    ? request.send()
                                    : request.putHeader("content-type", "application/json")
                                            .send(Buffer.buffer(Json.bytes(body)));
                        })
                        .compose(read)
                        .onSuccess(asked.answer()::complete)
                        .onFailure(asked.answer()::completeExceptionally));
        return asked;
    }

    private static <T> T await(Asked<T> asked, Duration limit, String what) throws EngineFault {
        String call = what.replaceAll("\\?.*", "");
        try {
            return asked.answer().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            asked.giveUp();
            throw new EngineFault(0, "no answer to " + call + " within " + limit.toMillis() + " ms");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new EngineFault(0, "no answer to " + call + ": " + cause.getMessage());
        } catch (InterruptedException e) {
            asked.giveUp();
            Thread.currentThread().interrupt();
            throw new EngineFault(0, call + " was interrupted");
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
