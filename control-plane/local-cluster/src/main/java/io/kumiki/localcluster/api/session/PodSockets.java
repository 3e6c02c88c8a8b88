package io.kumiki.localcluster.api.session;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PodConnection;
import io.kumiki.kube.PodSessions;
import io.kumiki.kube.PodSessions.Session;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns an authorized request for a connection into a WebSocket and serves it until it ends.
public final class PodSockets {
    private static final Logger LOG = LoggerFactory.getLogger(PodSockets.class);
    private static final int MOST = 256;
    private static final String V5 = "v5.channel.k8s.io";
    private static final String V4 = "v4.channel.k8s.io";
    private static final String TUNNEL = "SPDY/3.1+portforward.k8s.io";

    /// What is spoken, the best first.
    public static final List<String> PROTOCOLS = List.of(V5, V4, TUNNEL);

    private final Semaphore room = new Semaphore(MOST);
    private final Set<SocketMessages> open = ConcurrentHashMap.newKeySet();

    /// Blocks until the connection has ended.
    ///
    /// @param loop the context that the request came on
    /// @throws ApiFault before the request was upgraded
    public void serve(HttpServerRequest http, Context loop, PodConnection order, PodSessions pods) {
        String protocol = protocol(http, order, pods);
        if (!room.tryAcquire()) {
            throw ApiFault.of(429, "TooManyRequests", MOST + " connections into pods are open; close some first");
        }
        try {
            // Before the upgrade, so that what cannot be begun is an ordinary answer.
            Session session = begin(order, pods);
            try {
                SocketMessages socket = SocketMessages.await(upgrade(http, loop));
                open.add(socket);
                try {
                    run(socket, order, pods, session, protocol);
                } finally {
                    open.remove(socket);
                    socket.close();
                }
            } finally {
                if (session != null) {
                    session.close();
                }
            }
        } catch (IOException e) {
            LOG.debug("a connection into pod {}/{} ended: {}", order.namespace(), order.pod(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            room.release();
        }
    }

    /// On the connection's own thread, so that it is listened to before the client's first message can be read: a
    /// client need not wait before it sends.
    private static Future<SocketMessages> upgrade(HttpServerRequest http, Context loop) {
        Promise<SocketMessages> ready = Promise.promise();
        loop.runOnContext(v -> http.toWebSocket().map(SocketMessages::new).onComplete(ready));
        return ready.future();
    }

    private static @Nullable Session begin(PodConnection order, PodSessions pods) {
        try {
            return switch (order) {
                case PodConnection.Exec exec -> pods.exec(exec);
                case PodConnection.Attach attach -> pods.attach(attach);
                case PodConnection.PortForward ignored -> null;
            };
        } catch (IOException e) {
            throw ApiFault.of(500, "InternalError", "Internal error occurred: " + e.getMessage());
        }
    }

    private static void run(
            SocketMessages messages, PodConnection order, PodSessions pods, @Nullable Session session, String protocol)
            throws IOException, InterruptedException {
        switch (order) {
            case PodConnection.Exec exec
            when session != null -> new RemoteCommand(messages, exec.channels(), session, protocol.equals(V5)).run();
            case PodConnection.Attach attach
            when session != null -> new RemoteCommand(messages, attach.channels(), session, protocol.equals(V5)).run();
            case PodConnection.PortForward forward
            when protocol.equals(TUNNEL) -> new SpdyTunnel(messages, forward, pods).run();
            case PodConnection.PortForward forward -> new PortChannels(messages).run(forward, pods);
            default -> throw new IllegalStateException("no session for " + order);
        }
    }

    private static String protocol(HttpServerRequest http, PodConnection order, PodSessions pods) {
        String upgrade = String.valueOf(http.getHeader("upgrade")).toLowerCase(Locale.ROOT);
        boolean forward = order instanceof PodConnection.PortForward;
        List<String> spoken = forward ? List.of(TUNNEL, V4) : List.of(V5, V4);
        String words = String.join(" or ", spoken);
        if (upgrade.startsWith("spdy")) {
            // kubectl tries SPDY after any refusal of a WebSocket: what was refused then is still the answer.
            pods.check(order);
            throw ApiFault.badRequest("SPDY upgrades are not spoken here, only WebSocket (" + words
                    + "); kubectl does that from version 1.31 on (1.30 with KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true and"
                    + " KUBECTL_PORT_FORWARD_WEBSOCKETS=true)");
        }
        if (!upgrade.equals("websocket")) {
            throw ApiFault.badRequest("Upgrade request required: a WebSocket that speaks " + words);
        }
        List<String> offered = http.headers().getAll("sec-websocket-protocol").stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(String::strip)
                .toList();
        // The one that the upgrade will choose too: the client's first that is spoken at all.
        String chosen = offered.stream().filter(PROTOCOLS::contains).findFirst().orElse("");
        if (!spoken.contains(chosen)) {
            throw ApiFault.badRequest(
                    "unable to upgrade: the WebSocket offers the protocols " + offered + "; spoken are " + words);
        }
        if (chosen.equals(V4)
                && order instanceof PodConnection.PortForward f
                && f.ports().isEmpty()) {
            throw ApiFault.badRequest("ports: Required value: " + V4 + " forwards the ports that the URL names");
        }
        return chosen;
    }

    /// Ends them all; processes that were started by them end too.
    public void close() {
        open.forEach(SocketMessages::close);
    }
}
