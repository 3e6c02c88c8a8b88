package io.kumiki.store.s3;

import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.sql.SqlFault;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listener. Path-style S3 on HTTP; each request runs on a virtual thread and streams.
public final class S3Server {
    private static final Logger LOG = LoggerFactory.getLogger(S3Server.class);
    private static final long GRACE_SECONDS = 10;

    private final Vertx vertx;
    private final Authentication authentication;
    private final BucketRoutes buckets;
    private final ObjectRoutes objects;
    private final AtomicLong requests = new AtomicLong(System.nanoTime());
    private final HttpServer server;

    private S3Server(Vertx vertx, ObjectStorage storage, S3Credentials credentials, InstantSource clock) {
        this.vertx = vertx;
        this.authentication = new Authentication(credentials, clock);
        this.buckets = new BucketRoutes(storage);
        this.objects = new ObjectRoutes(storage);
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setHandle100ContinueAutomatically(false)
                        .setMaxInitialLineLength(16 * 1024)
                        .setMaxHeaderSize(32 * 1024)
                        .setMaxChunkSize(64 * 1024)
                        .setHttp2ClearTextEnabled(false)
                        .setIdleTimeout(300)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS))
                .requestHandler(this::accept);
    }

    /// Port 0 takes a free one.
    public static Future<S3Server> start(
            Vertx vertx, ObjectStorage storage, S3Credentials credentials, String host, int port) {
        return start(vertx, storage, credentials, host, port, InstantSource.system());
    }

    static Future<S3Server> start(
            Vertx vertx, ObjectStorage storage, S3Credentials credentials, String host, int port, InstantSource clock) {
        var s3 = new S3Server(vertx, storage, credentials, clock);
        return s3.server.listen(port, host).map(listening -> s3);
    }

    public int actualPort() {
        return server.actualPort();
    }

    /// Waits for requests in progress up to ten seconds.
    public Future<Void> close() {
        return server.shutdown(GRACE_SECONDS, TimeUnit.SECONDS);
    }

    private void accept(HttpServerRequest request) {
        request.pause();
        Context context = vertx.getOrCreateContext();
        String id = Long.toHexString(requests.incrementAndGet()).toUpperCase(java.util.Locale.ROOT);
        Exchange exchange;
        try {
            exchange = new Exchange(context, request, Target.parse(request.uri()), id);
        } catch (S3Fault e) {
            request.response()
                    .setStatusCode(e.status)
                    .putHeader("Connection", "close")
                    .end();
            return;
        }
        request.response()
                .exceptionHandler(e -> LOG.debug("{} {}: {}", exchange.asked.method(), request.path(), e.getMessage()));
        Thread.ofVirtual().name("s3-" + id).start(() -> handle(exchange));
    }

    private void handle(Exchange exchange) {
        try {
            try {
                Verified verified = authentication.verify(exchange.asked);
                exchange.body(Payload.of(exchange.asked, verified, exchange.wire()));
                route(exchange);
            } catch (ObjectFault e) {
                if (e.code() == ObjectFault.Code.IO) {
                    LOG.error("S3 request {} failed", exchange.id, e);
                }
                exchange.refuse(S3Fault.of(e));
            } catch (S3Fault e) {
                exchange.refuse(e);
            } catch (SqlFault e) {
                LOG.error("S3 request {} failed", exchange.id, e);
                exchange.refuse(new S3Fault(
                        e.retryable() ? 503 : 500,
                        e.retryable() ? "SlowDown" : "InternalError",
                        String.valueOf(e.getMessage())));
            } catch (RuntimeException e) {
                LOG.error("S3 request {} failed", exchange.id, e);
                exchange.refuse(new S3Fault(
                        500, "InternalError", "something went wrong here; the log has it under " + exchange.id));
            }
        } catch (IOException e) {
            // Nobody is left to answer.
            LOG.debug("S3 request {}: {}", exchange.id, e.getMessage());
        }
    }

    private void route(Exchange exchange) throws IOException {
        Target target = exchange.asked.target();
        if (target.bucket.isEmpty()) {
            buckets.service(exchange);
        } else if (target.key.isEmpty()) {
            buckets.handle(exchange);
        } else {
            objects.handle(exchange);
        }
    }
}
