package io.kumiki.runtime.http;

import org.jspecify.annotations.Nullable;

/// One declared route.
///
/// @param path whole path, OpenAPI style: `/api/v1/runs/{id}`, `/apis/v2beta1/runs/{run_id}:archive`,
///     `/files/{path*}` for a tail
/// @param handler `null` for a WebSocket
public record Route(
        String method,
        String path,
        Permission permission,
        Body body,
        @Nullable RouteHandler handler,
        @Nullable SocketHandler socket,
        ErrorRenderer errors) {

    Route under(String prefix) {
        return new Route(method, prefix + path, permission, body, handler, socket, errors);
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
