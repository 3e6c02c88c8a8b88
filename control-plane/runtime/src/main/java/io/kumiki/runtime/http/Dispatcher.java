package io.kumiki.runtime.http;

import io.kumiki.model.Json;
import io.kumiki.runtime.http.RouteTable.Match;
import io.kumiki.runtime.http.identity.Identity;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes a request from match to answer. Everything after the match runs on a virtual thread, so that no handler
/// can stop an event loop.
/// Also usable behind another server's own listener.
public final class Dispatcher implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private final Vertx vertx;
    private final RouteTable table;
    private final Identity identity;
    private final Guard guard;
    private final HostRule hosts;

    /// Connections whose caller may use a route, for its quick handler.
    private final Map<HttpConnection, Route> admitted = Collections.synchronizedMap(new WeakHashMap<>());

    private final DoubleHistogram duration;

    public Dispatcher(
            Vertx vertx, RouteTable table, Identity identity, Guard guard, HostRule hosts, OpenTelemetry telemetry) {
        this.vertx = vertx;
        this.table = table;
        this.identity = identity;
        this.guard = guard;
        this.hosts = hosts;
        this.duration = telemetry
                .getMeter("io.kumiki.http")
                .histogramBuilder("http.server.request.duration")
                .setUnit("s")
                .setDescription("From the request's head to the end of its answer, by route and status")
                .build();
    }

    @Override
    public void handle(HttpServerRequest http) {
        String path = http.path();
        Match match;
        try {
            match = table.find(http.method().name(), path == null ? "/" : path);
        } catch (IllegalArgumentException e) {
            match = new Match.Nothing(new ProblemRenderer());
        }
        Exchange exchange = new Exchange(http, vertx.getOrCreateContext(), errorsOf(match), traceId());
        HttpFault refusal = hosts.refusal(http);
        if (refusal != null) {
            exchange.refuse(refusal);
            return;
        }
        switch (match) {
            case Match.Nothing nothing -> exchange.refuse(HttpFault.notFound("nothing is served at " + path));
            case Match.WrongMethod wrong ->
                exchange.refuse(new HttpFault(
                        405,
                        "MethodNotAllowed",
                        http.method() + " is not served at " + path + "; it takes " + wrong.allow()));
            case Match.Found(Route route, Map<String, String> params) -> run(exchange, route, params);
        }
    }

    private void run(Exchange exchange, Route route, Map<String, String> params) {
        measure(exchange.http(), route);
        QuickHandler quick = route.quick();
        if (quick == null) {
            run(exchange, route, params, BodyReader.of(exchange, route));
            return;
        }
        exchange.timed();
        HttpServerRequest http = exchange.http();
        boolean isAdmitted =
                route.permission().equals(Permission.ANYONE) || route.equals(admitted.get(http.connection()));
        if (!isAdmitted || !BodyReader.isShort(http, route.body().limit())) {
            run(exchange, route, params, BodyReader.of(exchange, route));
            return;
        }
        http.body().onSuccess(body -> {
            byte[] bytes = body.getBytes();
            CompletionStage<Answer> answer = quick(quick, route, bytes);
            if (answer == null) {
                run(exchange, route, params, () -> Received.of(bytes));
            } else {
                answer.whenComplete((known, failed) -> {
                    if (failed == null) {
                        exchange.sendHere(known);
                    } else {
                        fail(exchange, route, failed);
                    }
                });
            }
        });
    }

    /// Whatever is wrong is said by the route's handler, which looks at it in its own way.
    private static @Nullable CompletionStage<Answer> quick(QuickHandler quick, Route route, byte[] body) {
        try {
            return quick.handle(body);
        } catch (RuntimeException e) {
            LOG.debug("{} is not answered at once", route, e);
            return null;
        }
    }

    private void run(Exchange exchange, Route route, Map<String, String> params, BodyReader reader) {
        Runnable work = () -> {
            try {
                Caller caller = admit(exchange.http(), route, params);
                if (route.quick() != null && identity.isOfConnection()) {
                    admitted.put(exchange.http().connection(), route);
                }
                if (route.socket() != null) {
                    exchange.upgrade(route.socket(), caller);
                } else {
                    answer(
                            exchange,
                            route,
                            new Request(exchange.http(), params, caller, reader.read(), exchange.traceId()));
                }
            } catch (HttpFault fault) {
                exchange.fail(fault);
            } catch (Json.Malformed e) {
                exchange.fail(HttpFault.badRequest("the body is " + e.getMessage()));
            } catch (IOException e) {
                LOG.debug("{} ended early: {}", route, e.toString());
                exchange.abandon();
            } catch (Exception e) {
                fail(exchange, route, e);
            }
        };
        Thread.ofVirtual()
                .name(route.toString())
                .start(io.opentelemetry.context.Context.current().wrap(work));
    }

    private static void fail(Exchange exchange, Route route, Throwable cause) {
        LOG.error("{} failed (trace {})", route, exchange.traceId(), cause);
        exchange.fail(new HttpFault(
                500,
                "Internal",
                "the server failed while answering; its log says more under trace " + exchange.traceId()));
    }

    private void measure(HttpServerRequest http, Route route) {
        long from = System.nanoTime();
        http.response()
                .endHandler(ended -> duration.record(
                        (System.nanoTime() - from) / 1e9,
                        Attributes.of(
                                AttributeKey.stringKey("http.request.method"), route.method(),
                                AttributeKey.stringKey("http.route"), route.path(),
                                AttributeKey.longKey("http.response.status_code"),
                                        (long) http.response().getStatusCode())));
    }

    private static void answer(Exchange exchange, Route route, Request request) throws Exception {
        RouteHandler handler = route.handler();
        if (handler == null) {
            throw new IllegalStateException(route + " has no handler");
        }
        exchange.send(handler.handle(request));
    }

    private Caller admit(HttpServerRequest http, Route route, Map<String, String> params) {
        Caller caller = identity.identify(http);
        if (route.permission().equals(Permission.ANYONE)) {
            return caller == null ? Caller.ANONYMOUS : caller;
        }
        if (caller == null) {
            throw HttpFault.unauthorized("a bearer token is wanted and none that is known came with the request;"
                    + " on a laptop the token stands in the file \"token\" of the data folder");
        }
        @Nullable String namespace = params.getOrDefault("namespace", http.getParam("namespace"));
        boolean allowed;
        try {
            allowed = guard.allows(caller, route.permission(), namespace);
        } catch (RuntimeException e) {
            LOG.warn("the guard could not decide about {}", route, e);
            throw HttpFault.unavailable("whether this is allowed could not be decided; try again");
        }
        if (!allowed) {
            throw HttpFault.forbidden(
                    caller.name() + " may not " + route.permission().verb() + " "
                            + route.permission().resource() + (namespace == null ? "" : " in " + namespace));
        }
        return caller;
    }

    private static ErrorRenderer errorsOf(Match match) {
        return switch (match) {
            case Match.Found(Route route, Map<String, String> params) -> route.errors();
            case Match.WrongMethod(Route other, String allow) -> other.errors();
            case Match.Nothing(ErrorRenderer errors) -> errors;
        };
    }

    private static String traceId() {
        var span = Span.current().getSpanContext();
        if (span.isValid()) {
            return span.getTraceId();
        }
        var random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }
}
