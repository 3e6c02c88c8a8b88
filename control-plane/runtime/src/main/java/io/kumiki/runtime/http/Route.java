package io.kumiki.runtime.http;

import org.jspecify.annotations.Nullable;

/// One declared route.
///
/// @param path whole path, OpenAPI style: `/api/v1/runs/{id}`, `/apis/v2beta1/runs/{run_id}:archive`,
///     `/files/{path*}` for a tail
/// @param handler `null` for a WebSocket
/// @param quick asked first, where the connection's caller is known, or anybody may ask; `null` for none
public record Route(
        String method,
        String path,
        Permission permission,
        Body body,
        @Nullable RouteHandler handler,
        @Nullable QuickHandler quick,
        @Nullable SocketHandler socket,
        ErrorRenderer errors) {

    Route under(String prefix) {
        return new Route(method, prefix + path, permission, body, handler, quick, socket, errors);
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
