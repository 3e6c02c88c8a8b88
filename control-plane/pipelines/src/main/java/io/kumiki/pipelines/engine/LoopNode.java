package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.ir.Component;
import io.kumiki.pipelines.ir.Dag;
import io.kumiki.pipelines.ir.Loop;
import io.kumiki.pipelines.ir.Task;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A ParallelFor at work. Iterations exist only while they run; of one that succeeded nothing is kept but its
/// outputs.
final class LoopNode extends Node {
    /// Iterations at once where the pipeline sets no limit: enough to fill a cluster, few enough to keep decisions
    /// small.
    static final int WIDEST = 1000;

    final Loop loop;
    final Map<Integer, Group> iterating = new HashMap<>();
    /// Iterations to run once more, before new ones.
    final ArrayDeque<Group> again = new ArrayDeque<>();
    JsonNode items = Json.array();
    int count;
    int next;
    int running;
    boolean failing;
    /// Iterations have been let go of, so this run cannot be opened again from memory.
    boolean dropped;

    private final Map<String, @Nullable JsonNode[]> collected = new LinkedHashMap<>();
    private final Map<String, @Nullable JsonNode[]> collectedArtifacts = new LinkedHashMap<>();

    LoopNode(String id, String path, Group parent, Task task) {
        super(id, path, task.name(), TaskKind.LOOP, parent, task);
        this.loop = Objects.requireNonNull(task.loop());
    }

    Component body() {
        return spec().component();
    }

    Dag dag() {
        return (Dag) body().body();
    }

    void open(JsonNode all) {
        items = all;
        count = all.size();
        iterations = count;
        collected.clear();
        collectedArtifacts.clear();
        body().outputs().keySet().forEach(k -> collected.put(k, new @Nullable JsonNode[count]));
        body().outputArtifacts().keySet().forEach(k -> collectedArtifacts.put(k, new @Nullable JsonNode[count]));
    }

    int width() {
        return loop.limit() > 0 ? Math.min(loop.limit(), WIDEST) : WIDEST;
    }

    boolean hasMore() {
        return !again.isEmpty() || next < count;
    }

    /// An iteration has ended.
    void collect(Group iteration) {
        int at = Objects.requireNonNull(iteration.index);
        if (iteration.state.success() && at < count) {
            for (var e : collected.entrySet()) {
                @Nullable JsonNode[] all = e.getValue();
                all[at] = Io.parameter(iteration.outputs, e.getKey());
            }
            for (var e : collectedArtifacts.entrySet()) {
                @Nullable JsonNode[] all = e.getValue();
                all[at] = Io.artifacts(iteration.outputs).get(e.getKey());
            }
        } else if (iteration.state == TaskState.FAILED) {
            failing = true;
        }
    }

    /// Parameters become a list in order of iterations (of lists, where loops nest); artifacts one flat list. An
    /// iteration that
    /// produced nothing is left out.
    ObjectNode gathered() {
        ObjectNode io = Io.empty();
        collected.forEach((key, all) -> {
            ArrayNode list = Json.array();
            for (JsonNode value : all) {
                if (value != null) {
                    list.add(value);
                }
            }
            Io.parameters(io).set(key, list);
        });
        collectedArtifacts.forEach((key, all) -> {
            ArrayNode list = Json.array();
            for (JsonNode ids : all) {
                if (ids != null) {
                    ids.forEach(list::add);
                }
            }
            Io.artifacts(io).set(key, list);
        });
        return io;
    }

    @Nullable
    Group iteration(int at) {
        return iterating.get(at);
    }
}
