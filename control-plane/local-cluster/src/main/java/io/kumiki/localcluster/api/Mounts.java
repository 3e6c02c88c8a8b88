package io.kumiki.localcluster.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// Other surfaces on the cluster's port, each below a path. They authenticate their callers themselves.
public final class Mounts {
    private record Mount(List<String> segments, Handler<HttpServerRequest> handler) {
        boolean covers(String[] path) {
            if (path.length < segments.size()) {
                return false;
            }
            for (int i = 0; i < segments.size(); i++) {
                if (!segments.get(i).startsWith("{") && !segments.get(i).equals(path[i])) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Mount> mounts = new CopyOnWriteArrayList<>();

    /// @param prefix whole segments; one in braces stands for any: `/api/v1/namespaces/{ns}/services/x/proxy`
    public void add(String prefix, Handler<HttpServerRequest> handler) {
        String clean = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        mounts.add(new Mount(List.of(clean.split("/")), handler));
    }

    @Nullable
    Handler<HttpServerRequest> find(@Nullable String path) {
        if (path == null || mounts.isEmpty()) {
            return null;
        }
        String[] segments = path.split("/");
        for (Mount mount : mounts) {
            if (mount.covers(segments)) {
                return mount.handler();
            }
        }
        return null;
    }
}
