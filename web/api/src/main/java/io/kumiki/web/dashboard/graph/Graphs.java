package io.kumiki.web.dashboard.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Placed graphs by spec and open groups. Placing is heavy and ELK is not made for threads, so one worker does it;
/// asking twice places once.
public final class Graphs implements AutoCloseable {
    private static final int KEPT = 200;
    /// Raised when the same spec would be placed otherwise.
    private static final int LAYOUT = 2;

    private record Wanted(String specId, String expand) {}

    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("graph-layout").factory());
    private final AtomicReference<@Nullable ElkPlacing> placing = new AtomicReference<>();
    private final Map<Wanted, CompletableFuture<ObjectNode>> kept = new LinkedHashMap<>(64, 0.75f, true);

    /// Loads the layout engine (about a second of work) before somebody waits for it.
    public void warm() {
        worker.execute(() -> {
            var step = new Drawing.Node("a", "a", Drawing.Kind.CONTAINER, null, false, 0, null);
            var next = new Drawing.Node("b", "b", Drawing.Kind.CONTAINER, null, false, 0, null);
            engine().place(new Drawing(List.of(step, next), List.of(new Drawing.Edge("a", "b", true))));
        });
    }

    /// The contract's Graph; shared, so copy before changing.
    public ObjectNode graph(String specId, JsonNode spec, String expand) throws InterruptedException {
        Wanted wanted = new Wanted(specId, expand);
        CompletableFuture<ObjectNode> graph;
        synchronized (kept) {
            graph = kept.get(wanted);
            if (graph == null || graph.isCompletedExceptionally()) {
                graph = CompletableFuture.supplyAsync(() -> place(wanted, spec), worker);
                kept.put(wanted, graph);
                if (kept.size() > KEPT) {
                    kept.remove(new ArrayList<>(kept.keySet()).getFirst());
                }
            }
        }
        try {
            return graph.get();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new CompletionException("the graph of spec " + specId + " could not be placed", e.getCause());
        }
    }

    private ObjectNode place(Wanted wanted, JsonNode spec) {
        ObjectNode placed = engine().place(SpecReading.read(spec, wanted.expand()));
        ObjectNode graph = Json.object().put("version", Integer.toHexString(wanted.hashCode()) + "-" + LAYOUT);
        graph.setAll(placed);
        return graph;
    }

    private ElkPlacing engine() {
        ElkPlacing engine = placing.get();
        if (engine == null) {
            engine = new ElkPlacing();
            placing.set(engine);
        }
        return engine;
    }

    @Override
    public void close() {
        worker.shutdownNow();
        try {
            worker.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
