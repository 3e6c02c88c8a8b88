package io.kumiki.localcluster.api;

import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Caller;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.PodLogs;
import io.kumiki.kube.PodSessions;
import io.kumiki.localcluster.api.session.PodSockets;
import io.kumiki.model.Json;
import io.kumiki.runtime.tls.ServingKey;
import io.kumiki.runtime.yaml.Yaml;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.KeyCertOptions;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The TLS port of the cluster. Reads a request whole, hands it to the cluster on a virtual thread and writes what
/// comes back.
public final class ApiListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiListener.class);

    /// @param bookmarkEvery how often a quiet watch is told how far it is
    /// @param patience for the head of a request, for its body, and for a reader to take a chunk of an answer
    /// @param idle how long a connection without a request is kept
    public record Limits(
            int bodyBytes, int watchBacklogBytes, Duration bookmarkEvery, Duration patience, Duration idle) {
        public static final Limits DEFAULT = new Limits(3 * 1024 * 1024, 32 << 20, Duration.ofSeconds(30));

        public Limits(int bodyBytes, int watchBacklogBytes, Duration bookmarkEvery) {
            this(bodyBytes, watchBacklogBytes, bookmarkEvery, Duration.ofSeconds(30), Duration.ofMinutes(3));
        }
    }

    /// One event loop carries some ten thousand requests a second; more than four would not find work.
    private static final int LOOPS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

    private static final AtomicInteger FREE_PORTS = new AtomicInteger(-6443);

    private final Vertx vertx;
    private final Cluster cluster;
    private final Function<String, @Nullable Caller> authenticator;
    private final PodLogs logs;
    private final PodSessions sessions;
    private final PodSockets sockets = new PodSockets();
    private final Forwarding forwarding;
    private final Limits limits;
    private final Mounts mounts;
    private final Hosts hosts;
    private final Map<AnswerStream, Boolean> open = new ConcurrentHashMap<>();
    private final List<HttpServer> servers = new ArrayList<>();
    private final Visitors visitors;
    private final Supplier<Credentials> credentials;
    private final Promise<Void> ready = Promise.promise();

    /// @param authenticator from a bearer token to who shows it
    /// @param credentials asked for when the port is opened
    public ApiListener(
            Vertx vertx,
            Cluster cluster,
            Function<String, @Nullable Caller> authenticator,
            PodLogs logs,
            PodSessions sessions,
            Mounts mounts,
            Hosts hosts,
            Limits limits,
            Supplier<Credentials> credentials) {
        this.vertx = vertx;
        this.forwarding = new Forwarding(vertx, limits.patience());
        this.cluster = cluster;
        this.authenticator = authenticator;
        this.logs = logs;
        this.sessions = sessions;
        this.mounts = mounts;
        this.hosts = hosts;
        this.limits = limits;
        this.visitors = new Visitors(vertx, limits.patience(), limits.idle());
        this.credentials = credentials;
    }

    private static HttpServerOptions options(Credentials credentials) {
        return new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(KeyCertOptions.wrap(new ServingKey(credentials.serving(), credentials.servingKey())))
                .setEnabledSecureTransportProtocols(java.util.Set.of("TLSv1.2", "TLSv1.3"))
                .setMaxHeaderSize(64 * 1024)
                .setInitialSettings(
                        new Http2Settings().setMaxHeaderListSize(64 * 1024).setMaxConcurrentStreams(250))
                .setMaxInitialLineLength(32 * 1024)
                .setMaxWebSocketFrameSize(4 << 20)
                .setMaxWebSocketMessageSize(4 << 20)
                .setWebSocketSubProtocols(PodSockets.PROTOCOLS)
                .setSslHandshakeTimeout(10)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setTcpNoDelay(true)
                .setReuseAddress(true);
    }

    /// Blocks until the port is open; 0 takes a free one. Requests wait for {@link #serve()}.
    public int listen(String host, int port) {
        // To Vert.x a negative port is a free one that all who name the same number share.
        int shared = port == 0 ? FREE_PORTS.decrementAndGet() : port;
        HttpServerOptions options = options(credentials.get());
        for (int i = 0; i < LOOPS; i++) {
            servers.add(vertx.createHttpServer(options)
                    .connectionHandler(visitors::come)
                    .requestHandler(this::accept));
        }
        Iterator<HttpServer> each = servers.iterator();
        // Each is opened by a verticle of its own and so gets an event loop of its own; connections go to them in turn.
        vertx.deployVerticle(() -> opening(each.next(), shared, host), new DeploymentOptions().setInstances(LOOPS))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        return servers.getFirst().actualPort();
    }

    private static Deployable opening(HttpServer server, int port, String host) {
        return new VerticleBase() {
            @Override
            public Future<?> start() {
                return server.listen(port, host);
            }
        };
    }

    /// The cluster is whole: what has been asked for meanwhile is answered now.
    public void serve() {
        ready.tryComplete();
    }

    public int openStreams() {
        return open.size();
    }

    /// Requests that are not answered yet.
    int openRequests() {
        return visitors.open();
    }

    private void accept(HttpServerRequest http) {
        if (ready.future().isComplete()) {
            answer(http);
            return;
        }
        http.pause();
        Context loop = vertx.getOrCreateContext();
        ready.future()
                .onSuccess(now -> loop.runOnContext(on -> {
                    answer(http);
                    http.resume();
                }));
    }

    private void answer(HttpServerRequest http) {
        Handler<HttpServerRequest> mounted = mounts.find(http.path());
        if (mounted != null) {
            // Whoever mounted it keeps its own time.
            HttpServerResponse response = http.response();
            // An upgrade ends the response; the socket goes on until its connection does.
            boolean socket = Streams.wantsSocket(http);
            visitors.asksOthers(http.connection(), () -> response.closed() || (response.ended() && !socket));
            mounted.handle(http);
            return;
        }
        Visitors.Asking asking = visitors.asks(http.connection());
        String host = http.authority() == null ? "" : http.authority().host();
        if (!hosts.allowed(host)) {
            asking.answered();
            refuse(
                    http,
                    ApiFault.of(403, "Forbidden", "the Host header names \"" + host + "\", which is not served here"));
            return;
        }
        long length = length(http);
        if (length > limits.bodyBytes()) {
            asking.answered();
            refuse(http, tooLarge());
            return;
        }
        Context loop = vertx.getOrCreateContext();
        if (Streams.wantsSocket(http)) {
            http.pause();
            asking.read();
            Thread.ofVirtual().name("kube-ws").start(() -> serve(http, loop, new byte[0], asking));
            return;
        }
        Buffer body = Buffer.buffer();
        boolean[] refused = {false};
        http.handler(chunk -> {
            if (!refused[0] && body.length() + chunk.length() > limits.bodyBytes()) {
                refused[0] = true;
                asking.answered();
                refuse(http, tooLarge());
            } else if (!refused[0]) {
                body.appendBuffer(chunk);
            }
        });
        http.exceptionHandler(e -> {
            asking.answered();
            LOG.debug("a request ended early: {}", e.toString());
        });
        http.endHandler(end -> {
            if (!refused[0]) {
                asking.read();
                Thread.ofVirtual().name("kube-api").start(() -> serve(http, loop, body.getBytes(), asking));
            }
        });
    }

    private ApiFault tooLarge() {
        return ApiFault.of(413, "RequestEntityTooLarge", "Request entity too large: limit is " + limits.bodyBytes());
    }

    private static long length(HttpServerRequest http) {
        String given = http.getHeader("content-length");
        try {
            return given == null ? 0 : Long.parseLong(given);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static void refuse(HttpServerRequest http, ApiFault fault) {
        if (http.response().ended()) {
            return;
        }
        if (http.version() != HttpVersion.HTTP_2) {
            http.response().putHeader("connection", "close");
        }
        http.response()
                .setStatusCode(fault.code())
                .putHeader("content-type", ApiAnswer.JSON)
                .end(Buffer.buffer(Json.bytes(fault.status())));
    }

    private void serve(HttpServerRequest http, Context loop, byte[] body, Visitors.Asking asking) {
        try {
            ApiAnswer answer = cluster.handle(request(http, body));
            switch (answer) {
                case ApiAnswer.Whole whole -> Streams.whole(http, whole, limits.patience());
                case ApiAnswer.Watch watch -> new AnswerStream(http, open, limits).watch(watch);
                case ApiAnswer.Forward forward -> forwarding.serve(http, loop, forward, body);
                case ApiAnswer.Connect connect -> sockets.serve(http, loop, connect.order(), sessions);
                case ApiAnswer.Log log -> new AnswerStream(http, open, limits).log(logs, log.order());
            }
        } catch (ApiFault fault) {
            Streams.whole(http, ApiAnswer.of(fault), limits.patience());
        } catch (RuntimeException e) {
            LOG.error("{} {} failed", http.method(), http.path(), e);
            Streams.whole(
                    http,
                    ApiAnswer.of(
                            ApiFault.of(500, "InternalError", "the server failed while answering; its log says more")),
                    limits.patience());
        } finally {
            asking.answered();
        }
    }

    private ApiRequest request(HttpServerRequest http, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>();
        http.headers().forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            // A group's name may hold a comma; no header's value holds a line break.
            String between = lower.startsWith("impersonate-") ? "\n" : ",";
            headers.merge(lower, value, (a, b) -> a + between + b);
        });
        Map<String, List<String>> query = new LinkedHashMap<>();
        http.params()
                .forEach((name, value) ->
                        query.computeIfAbsent(name, n -> new ArrayList<>()).add(value));
        String path;
        try {
            path = URLDecoder.decode(
                    java.util.Objects.requireNonNullElse(http.path(), "").replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiFault.badRequest("the path is not percent-encoded UTF-8");
        }
        return new ApiRequest(http.method().name(), path, query, headers, json(headers, body), caller(headers));
    }

    /// The cluster reads JSON only; YAML is turned into it here, under the same limits.
    private static byte[] json(Map<String, String> headers, byte[] body) {
        String type = headers.getOrDefault("content-type", "");
        int first = 0;
        while (first < body.length && Character.isWhitespace(body[first])) {
            first++;
        }
        if (!type.contains("yaml") || first == body.length || body[first] == '{') {
            return body;
        }
        try {
            return Json.bytes(Yaml.document(new String(body, StandardCharsets.UTF_8)));
        } catch (Yaml.Malformed e) {
            throw ApiFault.badRequest("the body is " + e.getMessage());
        }
    }

    private Caller caller(Map<String, String> headers) {
        String header = headers.getOrDefault("authorization", "");
        if (header.isEmpty()) {
            return Caller.ANONYMOUS;
        }
        if (!header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Caller.ANONYMOUS;
        }
        Caller known = authenticator.apply(header.substring(7).strip());
        if (known == null) {
            throw ApiFault.of(401, "Unauthorized", "Unauthorized");
        }
        return known;
    }

    /// Ends all watches and followed logs.
    void endStreams() {
        open.keySet().forEach(AnswerStream::stop);
    }

    @Override
    public void close() {
        endStreams();
        sockets.close();
        forwarding.close();
        visitors.close();
        servers.stream()
                .map(server -> server.shutdown(2, TimeUnit.SECONDS))
                .toList()
                .forEach(end -> end.toCompletionStage().toCompletableFuture().join());
    }
}
