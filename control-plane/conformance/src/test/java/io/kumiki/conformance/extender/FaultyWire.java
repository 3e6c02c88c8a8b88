package io.kumiki.conformance.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/// Between scheduler and extender: writes down what both say, and spoils the calls whose body has a certain word.
final class FaultyWire implements AutoCloseable {
    enum Fault {
        ERROR_500,
        GARBAGE,
        /// A node that nobody asked about.
        ALIEN,
        /// `{}`.
        EMPTY,
        HUGE,
        /// Never answered.
        HANGS,
        /// The extender is asked, its answer does not arrive.
        LOST
    }

    /// @param nanos from the whole request to the whole answer
    record Seen(String verb, String type, JsonNode request, String answer, long nanos) {}

    private record Spoiled(String verb, String word) {}

    private final HttpServer server;
    private final HttpClientAgent client;
    private final int target;
    private final Map<Spoiled, Fault> faults = new ConcurrentHashMap<>();
    private final List<HttpServerRequest> hanging = new CopyOnWriteArrayList<>();
    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private final Set<String> open = ConcurrentHashMap.newKeySet();

    FaultyWire(Vertx vertx, int target) {
        this.target = target;
        client = vertx.createHttpClient(
                new HttpClientOptions().setIdleTimeout(0), new PoolOptions().setHttp1MaxSize(4000));
        server = vertx.createHttpServer(
                        new HttpServerOptions().setAcceptBacklog(4096).setIdleTimeout(0))
                .requestHandler(request -> request.body().onSuccess(body -> call(request, body)))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    int port() {
        return server.actualPort();
    }

    void spoil(String verb, String word, Fault fault) {
        faults.put(new Spoiled(verb, word), fault);
    }

    /// All is well again; whoever still waits loses the connection.
    void heal() {
        faults.clear();
        hanging.forEach(request -> request.connection().close());
        hanging.clear();
    }

    /// Calls of that verb whose request has the word.
    List<Seen> seen(String verb, String word) {
        // Only what the extender answered.
        return seen.stream()
                .filter(call ->
                        call.verb().equals(verb) && Json.write(call.request()).contains(word))
                .toList();
    }

    /// Calls of `bind` that wait at the extender, for a pod of that namespace.
    long open(String space) {
        return open.stream().filter(text -> text.contains('"' + space + '"')).count();
    }

    private void call(HttpServerRequest request, Buffer body) {
        String verb = request.path().substring(request.path().lastIndexOf('/') + 1);
        String text = body.toString();
        Fault fault = faults.entrySet().stream()
                .filter(entry -> entry.getKey().verb().equals(verb)
                        && text.contains(entry.getKey().word()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        if (fault == null || fault == Fault.LOST) {
            pass(request, verb, body, fault == Fault.LOST);
            return;
        }
        switch (fault) {
            case ERROR_500 -> request.response().setStatusCode(500).end("spoiled");
            case GARBAGE -> request.response().end("<html>not JSON</html>");
            case EMPTY -> request.response().end("{}");
            case HUGE -> request.response().end(" ".repeat(5 << 20) + "{");
            case ALIEN -> request.response().end("{\"NodeNames\":[\"nowhere\"]}");
            case HANGS -> hanging.add(request);
            case LOST -> throw new IllegalStateException();
        }
    }

    private void pass(HttpServerRequest request, String verb, Buffer body, boolean lost) {
        long start = System.nanoTime();
        String text = body.toString();
        if (verb.equals("bind")) {
            open.add(text);
        }
        String type = String.valueOf(request.getHeader("Content-Type"));
        client.request(new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setHost("127.0.0.1")
                        .setPort(target)
                        .setURI(request.uri())
                        .putHeader("Content-Type", type))
                .compose(upstream -> {
                    // Who no longer waits is missed on the other side too.
                    request.connection().closeHandler(closed -> {
                        open.remove(text);
                        upstream.reset();
                    });
                    return answer(upstream, body);
                })
                .onComplete(over -> open.remove(text))
                .onSuccess(answer -> {
                    seen.add(new Seen(
                            verb, type, Json.parse(body.getBytes()), answer.toString(), System.nanoTime() - start));
                    if (lost) {
                        request.connection().close();
                    } else {
                        request.response()
                                .putHeader("Content-Type", "application/json")
                                .end(answer);
                    }
                })
                .onFailure(failure -> request.connection().close());
    }

    private static io.vertx.core.Future<Buffer> answer(HttpClientRequest upstream, Buffer body) {
        return upstream.send(body).compose(response -> response.body());
    }

    @Override
    public void close() {
        heal();
        server.close();
        client.close();
    }
}
