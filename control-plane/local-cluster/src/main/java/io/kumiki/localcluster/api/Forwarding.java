package io.kumiki.localcluster.api;

import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Passes requests on to pods and their answers back: `pods/proxy` and `services/proxy`. The caller's token stays
/// here. Certificates of pods are not checked, as on a real cluster: nobody knows who signed them.
final class Forwarding implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);
    /// Of one connection, and what is the server's own business.
    private static final Set<String> KEPT = Set.of(
            "authorization",
            "connection",
            "host",
            "keep-alive",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "content-length",
            "upgrade");

    private final Vertx vertx;
    private final Duration patience;
    private @Nullable HttpClient client;
    private @Nullable WebSocketClient sockets;

    Forwarding(Vertx vertx, Duration patience) {
        this.vertx = vertx;
        this.patience = patience;
    }

    /// Made when something is first passed on: most clusters of tests never do.
    private synchronized HttpClient client() {
        HttpClient made = client;
        if (made == null) {
            made = vertx.createHttpClient(new HttpClientOptions()
                    .setConnectTimeout(5_000)
                    .setTrustAll(true)
                    .setVerifyHost(false));
            client = made;
        }
        return made;
    }

    private synchronized WebSocketClient sockets() {
        WebSocketClient made = sockets;
        if (made == null) {
            made = vertx.createWebSocketClient(new WebSocketClientOptions()
                    .setConnectTimeout(5_000)
                    .setTrustAll(true)
                    .setVerifyHost(false)
                    .setMaxFrameSize(4 << 20)
                    .setMaxMessageSize(4 << 20));
            sockets = made;
        }
        return made;
    }

    /// Blocks until the answer has gone back whole, or the socket has been closed.
    void serve(HttpServerRequest http, Context loop, ApiAnswer.Forward to, byte[] body) {
        Promise<Void> done = Promise.promise();
        loop.runOnContext(
                v -> (Streams.wantsSocket(http) ? socket(http, to) : request(http, to, body)).onComplete(done));
        try {
            done.future().toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            LOG.debug("{} was not passed on whole: {}", http.path(), e.toString());
            Throwable cause = e.getCause() == null ? e : e.getCause();
            HttpServerResponse response = http.response();
            if (response.headWritten()) {
                response.reset();
            } else {
                Streams.whole(
                        http,
                        ApiAnswer.of(ApiFault.of(
                                503, "ServiceUnavailable", "error trying to reach service: " + cause.getMessage())),
                        patience);
            }
        }
    }

    private Future<Void> request(HttpServerRequest http, ApiAnswer.Forward to, byte[] body) {
        RequestOptions options = new RequestOptions()
                .setMethod(http.method())
                .setHost(to.host())
                .setPort(to.port())
                .setSsl(to.tls())
                .setURI(to.path());
        return client().request(options).compose(request -> {
            http.headers().forEach((name, value) -> {
                if (!KEPT.contains(name.toLowerCase(Locale.ROOT)) && !name.startsWith(":")) {
                    request.headers().add(name, value);
                }
            });
            request.putHeader("x-forwarded-for", http.remoteAddress().hostAddress());
            http.response().closeHandler(left -> request.reset());
            return request.send(Buffer.buffer(body)).compose(answer -> back(http.response(), answer));
        });
    }

    private static Future<Void> back(HttpServerResponse response, HttpClientResponse answer) {
        response.setStatusCode(answer.statusCode());
        answer.headers().forEach((name, value) -> {
            if (!KEPT.contains(name.toLowerCase(Locale.ROOT))) {
                response.headers().add(name, value);
            }
        });
        String length = answer.getHeader("content-length");
        if (length == null) {
            response.setChunked(true);
        } else {
            response.putHeader("content-length", length);
        }
        return answer.pipeTo(response);
    }

    private Future<Void> socket(HttpServerRequest http, ApiAnswer.Forward to) {
        String offered = http.getHeader("sec-websocket-protocol");
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost(to.host())
                .setPort(to.port())
                .setSsl(to.tls())
                .setURI(to.path());
        for (String name : List.of("cookie", "origin", "user-agent")) {
            String value = http.getHeader(name);
            if (value != null) {
                options.addHeader(name, value);
            }
        }
        if (offered != null) {
            options.setSubProtocols(
                    Arrays.stream(offered.split(",")).map(String::strip).toList());
        }
        return sockets().connect(options).compose(pod -> join(http, pod));
    }

    private static Future<Void> join(HttpServerRequest http, WebSocket pod) {
        pod.pause();
        // Until then the client's connection is in use, however quiet it is.
        Promise<Void> over = Promise.promise();
        return http.toWebSocket().onFailure(e -> pod.close()).compose(client -> {
            pass(client, pod, over);
            pass(pod, client, over);
            pod.resume();
            return over.future();
        });
    }

    private static void pass(WebSocketBase from, WebSocketBase to, Promise<Void> over) {
        from.frameHandler(frame -> {
            if (!frame.isClose() && !frame.isPing()) {
                to.writeFrame(frame);
                if (to.writeQueueFull()) {
                    from.pause();
                    to.drainHandler(room -> from.resume());
                }
            }
        });
        from.closeHandler(gone -> {
            over.tryComplete();
            if (!to.isClosed()) {
                Short code = from.closeStatusCode();
                // 1005 and 1006 say that there was none, and are never sent.
                to.close(code == null || code == 1005 || code == 1006 ? 1000 : code);
            }
        });
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
        }
        if (sockets != null) {
            sockets.close();
        }
    }
}
