package io.kumiki.localcluster.node.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.health.Handlers.Outcome;
import io.kumiki.localcluster.node.health.Handlers.Target;
import io.kumiki.localcluster.node.pod.Handler;
import io.kumiki.localcluster.node.process.Entrance;
import io.kumiki.localcluster.node.process.RunningContainer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Handlers that ask over the network, against real servers.
class HandlersIT {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Target TARGET = new Target("127.0.0.1", new NoProcess());

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static Outcome ask(Handler handler) throws InterruptedException {
        return Handlers.run(handler, TARGET, SECOND);
    }

    @Test
    void httpsIsAskedWithoutVerification(@TempDir Path dir) throws Exception {
        try (LocalCluster cluster =
                LocalCluster.start(vertx, LocalClusterSettings.in(dir).inMemory())) {
            assertThat(ask(new Handler.HttpGet(true, "", cluster.port(), "/healthz", List.of())))
                    .isEqualTo(new Outcome(true, ""));
            assertThat(ask(new Handler.HttpGet(true, "", cluster.port(), "api", List.of()))
                            .message())
                    .isEqualTo("HTTP probe failed with statuscode: 403");
            assertThat(ask(new Handler.HttpGet(false, "", cluster.port(), "/", List.of()))
                            .passed())
                    .isFalse();
        }
    }

    @Test
    void tcpSocketIsThereOrNot() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
            assertThat(ask(new Handler.TcpSocket("", port)).passed()).isTrue();
            Outcome silent = Handlers.run(new Handler.HttpGet(false, "", port, "/", List.of()), TARGET, SECOND);
            assertThat(silent.passed()).isFalse();
            assertThat(silent.message()).containsIgnoringCase("timed out");
        }
        assertThat(ask(new Handler.TcpSocket("", port)).message())
                .isEqualTo("dial tcp 127.0.0.1:" + port + ": Connection refused");
        assertThat(ask(new Handler.TcpSocket("", 0)).message()).contains("none of the container's ports");
    }

    @Test
    void grpcHealth() throws Exception {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
                .requestHandler(request -> request.body().onSuccess(body -> {
                    String service = body.length() > 7 ? body.getString(7, body.length()) : "";
                    request.response().putHeader("content-type", "application/grpc");
                    request.response().putTrailer("grpc-status", service.equals("none") ? "5" : "0");
                    if (service.equals("none") || !request.path().equals("/grpc.health.v1.Health/Check")) {
                        request.response().end();
                    } else {
                        byte status = (byte) (service.equals("ill") ? 2 : 1);
                        request.response().end(Buffer.buffer(new byte[] {0, 0, 0, 0, 2, 8, status}));
                    }
                }));
        int port = server.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .actualPort();
        assertThat(ask(new Handler.Grpc(port, ""))).isEqualTo(new Outcome(true, ""));
        assertThat(ask(new Handler.Grpc(port, "well"))).isEqualTo(new Outcome(true, ""));
        assertThat(ask(new Handler.Grpc(port, "ill")).message())
                .isEqualTo("service unhealthy (responded with \"NOT_SERVING\")");
        assertThat(ask(new Handler.Grpc(port, "none")).message()).contains("not served");
    }

    /// Only the network is asked here.
    private static final class NoProcess implements RunningContainer {
        @Override
        public End await() {
            return End.UNKNOWN;
        }

        @Override
        public boolean terminate() {
            return false;
        }

        @Override
        public @Nullable Entrance entrance() {
            return null;
        }

        @Override
        public void kill() {}
    }
}
