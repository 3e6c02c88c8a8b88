package io.kumiki.runtime.http;

import java.util.ArrayList;
import java.util.List;

/// The routes of one surface: a root path, one error format, and what is served below it.
///
/// ```java
/// new Routes("/api/v1", new ProblemRenderer())
///     .get("/runs/{id}", may("get", "runs"), request -> Answer.json(find(request.param("id"))))
/// ```
public final class Routes {
    private final String root;
    private final ErrorRenderer errors;
    private final List<Route> all = new ArrayList<>();

    /// @param root where errors are rendered this surface's way, also for paths nobody serves; "" for everything
    public Routes(String root, ErrorRenderer errors) {
        this.root = root;
        this.errors = errors;
    }

    public Routes get(String path, Permission permission, RouteHandler handler) {
        return on("GET", path, permission, Body.NONE, handler);
    }

    public Routes post(String path, Permission permission, RouteHandler handler) {
        return on("POST", path, permission, Body.MODEST, handler);
    }

    public Routes post(String path, Permission permission, Body body, RouteHandler handler) {
        return on("POST", path, permission, body, handler);
    }

    public Routes put(String path, Permission permission, RouteHandler handler) {
        return on("PUT", path, permission, Body.MODEST, handler);
    }

    public Routes patch(String path, Permission permission, RouteHandler handler) {
        return on("PATCH", path, permission, Body.MODEST, handler);
    }

    public Routes delete(String path, Permission permission, RouteHandler handler) {
        return on("DELETE", path, permission, Body.NONE, handler);
    }

    public Routes on(String method, String path, Permission permission, Body body, RouteHandler handler) {
        all.add(new Route(method, root + path, permission, body, handler, null, null, errors));
        return this;
    }

    /// What can be answered without waiting for anybody is; the rest goes to the handler.
    public Routes post(String path, Permission permission, Body body, QuickHandler quick, RouteHandler handler) {
        all.add(new Route("POST", root + path, permission, body, handler, quick, null, errors));
        return this;
    }

    public Routes socket(String path, Permission permission, SocketHandler handler) {
        all.add(new Route("GET", root + path, permission, Body.NONE, null, null, handler, errors));
        return this;
    }

    /// The same routes below a prefix, for a second door.
    public Routes under(String prefix) {
        Routes moved = new Routes(prefix + root, errors);
        all.forEach(route -> moved.all.add(route.under(prefix)));
        return moved;
    }

    public List<Route> all() {
        return List.copyOf(all);
    }

    public String root() {
        return root;
    }

    public ErrorRenderer errors() {
        return errors;
    }
}
