package io.kumiki.runtime.http;

import io.vertx.core.http.ServerWebSocket;

/// Called on the event loop once the upgrade was allowed: set the socket's handlers at once and never block.
@FunctionalInterface
public interface SocketHandler {
    void open(Caller caller, ServerWebSocket socket);
}
