package io.kumiki.runtime.http;

import io.kumiki.runtime.http.identity.Identity;
import io.opentelemetry.api.OpenTelemetry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A port with surfaces on it.
///
/// ```java
/// try (var listener = HttpListener.on(vertx, identity).serve(routes).listen("127.0.0.1", 0)) { … listener.port() … }
/// ```
public final class HttpListener implements AutoCloseable {
    private final HttpServer server;

    private HttpListener(HttpServer server) {
        this.server = server;
    }

    public static Builder on(Vertx vertx, Identity identity) {
        return new Builder(vertx, identity);
    }

    public int port() {
        return server.actualPort();
    }

    /// New connections see this certificate; open ones keep theirs.
    public void renew(ServerSSLOptions certificate) {
        server.updateSSLOptions(certificate)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    /// Takes no new connections, lets running requests end for as long as the grace lasts, then closes.
    public void stop(Duration grace) {
        server.shutdown(grace.toMillis(), TimeUnit.MILLISECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    /// Collects what a listener needs; `listen` refuses to start on a wrong route table.
    public static final class Builder {
        private final Vertx vertx;
        private final Identity identity;
        private final List<Routes> surfaces = new ArrayList<>();
        private Guard guard = Guard.singleUser();
        private HostRule hosts = HostRule.loopbackAnd(java.util.Set.of());
        private HttpServerOptions options = defaults();
        private OpenTelemetry telemetry = OpenTelemetry.noop();

        private Builder(Vertx vertx, Identity identity) {
            this.vertx = vertx;
            this.identity = identity;
        }

        public Builder serve(Routes... more) {
            surfaces.addAll(List.of(more));
            return this;
        }

        public Builder guard(Guard guard) {
            this.guard = guard;
            return this;
        }

        public Builder hosts(HostRule hosts) {
            this.hosts = hosts;
            return this;
        }

        public Builder telemetry(OpenTelemetry telemetry) {
            this.telemetry = telemetry;
            return this;
        }

        /// Starts from {@link HttpListener#defaults()} where limits matter.
        public Builder options(HttpServerOptions options) {
            this.options = options;
            return this;
        }

        /// The surfaces without a port of their own, to be mounted on somebody else's listener.
        public Handler<HttpServerRequest> handler() {
            return new Dispatcher(vertx, new RouteTable(surfaces), identity, guard, hosts, telemetry);
        }

        /// Blocks until the port is open. Port 0 takes a free one.
        public HttpListener listen(String host, int port) {
            Future<HttpServer> listening =
                    vertx.createHttpServer(options).requestHandler(handler()).listen(port, host);
            return new HttpListener(
                    listening.toCompletionStage().toCompletableFuture().join());
        }
    }

    public static HttpServerOptions defaults() {
        return new HttpServerOptions()
                .setMaxInitialLineLength(32 * 1024)
                .setMaxHeaderSize(32 * 1024)
                .setMaxFormFields(64)
                .setMaxFormAttributeSize(64 * 1024)
                .setMaxWebSocketFrameSize(64 * 1024)
                .setMaxWebSocketMessageSize(64 * 1024)
                .setPerMessageWebSocketCompressionSupported(true)
                .setHttp2ClearTextEnabled(false)
                .setReuseAddress(true)
                .setTcpNoDelay(true)
                .setIdleTimeout(300)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
    }
}
