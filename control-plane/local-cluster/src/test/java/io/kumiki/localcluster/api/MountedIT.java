package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.kube.Caller;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.PodLogs;
import io.kumiki.kube.PodSessions;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.model.Json;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of connections whose requests somebody else answers, of refused ones, and of logs that are cut.
class MountedIT {
    private static final String LOG = "/api/v1/namespaces/n/pods/p/log?follow=true";

    private static final Duration IDLE = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final Mounts mounts = new Mounts();
    private final Semaphore logAsked = new Semaphore(0);
    private ApiListener listener;
    private HttpClient client;
    private int port;

    @BeforeEach
    void start() throws Exception {
        var cluster =
                new Cluster(ClusterSettings.simulated(() -> Clock.systemUTC().instant(), 3), Journal.memory());
        cluster.create(
                ResourceType.NAMESPACES,
                "",
                Json.object()
                        .put("kind", "Namespace")
                        .<com.fasterxml.jackson.databind.node.ObjectNode>set(
                                "metadata", Json.object().put("name", "n")),
                WriteOptions.by("test"));
        cluster.create(
                ResourceType.PODS,
                "n",
                (com.fasterxml.jackson.databind.node.ObjectNode) Json.parse("""
            {"metadata":{"name":"p"},"spec":{"nodeName":"x","containers":[{"name":"c","image":"busybox"}]}}"""),
                WriteOptions.by("test"));
        PodLogs logs = (order, sink) -> {
            sink.write("first line\n".getBytes(StandardCharsets.UTF_8));
            logAsked.release();
            while (sink.write(new byte[0])) {
                Thread.sleep(10);
            }
        };
        Credentials keys =
                Credentials.in(folder, List.of("127.0.0.1"), Clock.systemUTC().instant());
        listener = new ApiListener(
                vertx,
                cluster,
                token -> Caller.administrator(),
                logs,
                PodSessions.none(),
                mounts,
                Hosts.LOCAL,
                new ApiListener.Limits(256 * 1024, 1 << 20, Duration.ofMinutes(1), Duration.ofMillis(400), IDLE),
                () -> keys);
        port = listener.listen("127.0.0.1", 0);
        client = vertx.createHttpClient(
                new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false),
                new PoolOptions().setHttp1MaxSize(1));
    }

    @AfterEach
    void stop() {
        listener.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private record Answer(HttpClientResponse head, CompletableFuture<Buffer> body) {}

    /// All on one event loop, so that the body is listened to before the first of it can come.
    private CompletableFuture<Answer> get(String host, String path) {
        var answer = new CompletableFuture<Answer>();
        context.runOnContext(_ -> client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setServer(SocketAddress.inetSocketAddress(port, "127.0.0.1"))
                        .setHost(host)
                        .setPort(port)
                        .setURI(path)
                        .putHeader("authorization", "Bearer x"))
                .compose(request -> request.send())
                .map(head -> new Answer(head, head.body().toCompletionStage().toCompletableFuture()))
                .onSuccess(answer::complete)
                .onFailure(answer::completeExceptionally));
        return answer;
    }

    private static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void whoComesBeforeTheClusterIsWholeWaits() throws Exception {
        mounts.add("/mounted", http -> http.response().end("yes"));
        var early = get("127.0.0.1", "/mounted/a");
        assertThatThrownBy(() -> early.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        listener.serve();
        assertThat(early.get(10, TimeUnit.SECONDS).head().statusCode()).isEqualTo(200);
    }

    @Test
    void answersOfOthersAndRefusalsAreForgottenAndTheirConnectionLetGo() throws Exception {
        listener.serve();
        mounts.add("/mounted", http -> http.response().end("yes"));
        var closed = new AtomicBoolean();
        for (int i = 0; i < 200; i++) {
            Answer answer = get("127.0.0.1", "/mounted/a").get(10, TimeUnit.SECONDS);
            answer.body().get(10, TimeUnit.SECONDS);
            answer.head().request().connection().closeHandler(gone -> closed.set(true));
        }
        assertThat(listener.openRequests()).as("on the one connection").isLessThan(3);
        until("an idle connection is let go", closed::get);
        assertThat(get("evil.example", "/version")
                        .get(10, TimeUnit.SECONDS)
                        .head()
                        .statusCode())
                .isEqualTo(403);
        until("nothing is open", () -> listener.openRequests() == 0);
    }

    @Test
    void aSocketOfOthersOutlivesTheIdleTime() throws Exception {
        listener.serve();
        mounts.add(
                "/socket",
                http -> http.toWebSocket().onSuccess(socket -> socket.textMessageHandler(socket::writeTextMessage)));
        var socket = vertx.createWebSocketClient(new WebSocketClientOptions()
                        .setSsl(true)
                        .setTrustAll(true)
                        .setVerifyHost(false))
                .connect(new WebSocketConnectOptions()
                        .setHost("127.0.0.1")
                        .setPort(port)
                        .setURI("/socket"))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        var closed = new AtomicBoolean();
        socket.closeHandler(gone -> closed.set(true));
        // Longer than an idle connection is kept, by the clock of the same Vert.x.
        CompletableFuture<Void> later = new CompletableFuture<>();
        vertx.setTimer(2 * IDLE.toMillis(), t -> later.complete(null));
        later.get(10, TimeUnit.SECONDS);
        assertThat(closed).isFalse();
        CompletableFuture<String> echo = new CompletableFuture<>();
        socket.textMessageHandler(echo::complete);
        socket.writeTextMessage("still there");
        assertThat(echo.get(10, TimeUnit.SECONDS)).isEqualTo("still there");
    }

    @Test
    void aLogThatIsCutDoesNotLookComplete() throws Exception {
        listener.serve();
        for (HttpVersion version : List.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2)) {
            client = vertx.createHttpClient(new HttpClientOptions()
                    .setProtocolVersion(version)
                    .setUseAlpn(true)
                    .setSsl(true)
                    .setTrustAll(true)
                    .setVerifyHost(false));
            Answer answer = get("127.0.0.1", LOG).get(10, TimeUnit.SECONDS);
            assertThat(answer.head().version()).isEqualTo(version);
            assertThat(logAsked.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            listener.endStreams();
            assertThatThrownBy(() -> answer.body().get(10, TimeUnit.SECONDS))
                    .as(version.name())
                    .isInstanceOf(ExecutionException.class);
        }
    }
}
