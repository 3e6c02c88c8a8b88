package io.kumiki.web.dashboard.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.store.Change;
import io.kumiki.web.dashboard.ClusterView;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Nodes with their pods; small enough to be sent whole each time.
final class ClusterFeed implements Feed {
    private final ClusterView cluster;
    /// Begins with the time, so that a reader who comes back to a feed that was opened anew is told so.
    private final AtomicLong position = new AtomicLong(System.currentTimeMillis());
    private @Nullable AutoCloseable watching;
    private boolean closed;

    /// The first list of all pods takes a while: whoever subscribed is answered before.
    ClusterFeed(ClusterView cluster, Runnable changed) {
        this.cluster = cluster;
        Thread.ofVirtual().name("cluster-watch").start(() -> {
            AutoCloseable watch = cluster.onChange(() -> {
                position.incrementAndGet();
                changed.run();
            });
            keep(watch);
            changed.run();
        });
    }

    private synchronized void keep(AutoCloseable watch) {
        watching = watch;
        if (closed) {
            close();
        }
    }

    @Override
    public Frame snapshot() {
        return new Frame(position.get(), state());
    }

    @Override
    public @Nullable Frame since(long seq) {
        long now = position.get();
        return seq > now ? null : new Frame(now, seq == now ? null : state());
    }

    private JsonNode state() {
        ObjectNode out = Json.object();
        ArrayNode nodes = out.putArray("nodes");
        cluster.nodes()
                .forEach(n -> nodes.addObject()
                        .put("name", n.name())
                        .put("ready", n.ready())
                        .put("simulated", n.simulated())
                        .put("pods", n.pods()));
        return out;
    }

    @Override
    public boolean touchedBy(List<Change> changes) {
        return false;
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (watching != null) {
                watching.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("the cluster watch did not close", e);
        }
    }
}
