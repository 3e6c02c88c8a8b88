package io.kumiki.web.dashboard.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.store.ExperimentRecord;
import io.kumiki.store.Tx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs as rows and in full. One per read transaction: it remembers the names it looked up.
public final class RunRows {
    private final Tx tx;
    private final Map<String, String> experiments = new HashMap<>();

    public RunRows(Tx tx) {
        this.tx = tx;
    }

    public ArrayNode rows(List<RunRecord> runs) {
        ArrayNode out = Json.array();
        runs.forEach(run -> out.add(row(run)));
        return out;
    }

    public ObjectNode row(RunRecord r) {
        ObjectNode out = Json.object()
                .put("id", r.id())
                .put("namespace", r.namespace())
                .put("experimentId", r.experimentId())
                .put("experimentName", Fields.orNull(experimentName(r.experimentId())))
                .put("displayName", r.displayName())
                .put("description", r.description())
                .put("pipelineId", r.pipelineId())
                .put("versionId", r.versionId())
                .put("pipelineName", r.pipelineName())
                .put("state", r.state().name())
                .put("archived", r.archived());
        Fields.time(out, "createdAt", r.createdAt());
        Fields.time(out, "scheduledAt", r.scheduledAt());
        Fields.time(out, "startedAt", r.startedAt());
        Fields.time(out, "finishedAt", r.finishedAt());
        Fields.fault(out, "error", r.error());
        out.put("recurringRunId", r.recurringRunId());
        out.set("progress", progress(r.id()));
        ObjectNode metric = metric(r.id());
        out.set("metric", metric == null ? NullNode.instance : metric);
        return out;
    }

    /// The run with its tasks' light rows and its artifacts: its own, and those its cached tasks took over.
    public ObjectNode detail(RunRecord r, ArtifactRows artifacts) {
        ObjectNode out = row(r).put("specId", r.specId())
                .put("resourceName", r.resourceName())
                .put("pipelineRoot", r.pipelineRoot())
                .put("serviceAccount", r.serviceAccount());
        out.set("parameters", r.parameters());
        out.set("history", Fields.history(r.history()));
        ArrayNode tasks = out.putArray("tasks");
        Set<Long> taken = new LinkedHashSet<>();
        for (TaskRecord task : tx.tasks().ofRun(r.id())) {
            tasks.add(TaskRows.row(task));
            taken.addAll(taken(task));
        }
        ArrayNode list = out.putArray("artifacts");
        tx.artifacts().ofRun(r.id()).forEach(artifact -> list.add(artifacts.row(artifact)));
        tx.artifacts().get(taken).forEach(artifact -> list.add(artifacts.row(artifact)));
        return out;
    }

    /// The artifacts a cached task took from the task that made them; empty for any other.
    public static List<Long> taken(TaskRecord task) {
        var ids = new ArrayList<Long>();
        if (task.state() == TaskState.CACHED) {
            task.outputs().path("artifacts").forEach(list -> list.forEach(id -> ids.add(id.asLong())));
        }
        return ids;
    }

    public static ObjectNode recent(RunRecord r) {
        ObjectNode out = Json.object()
                .put("id", r.id())
                .put("displayName", r.displayName())
                .put("state", r.state().name());
        Fields.time(out, "createdAt", r.createdAt());
        Fields.time(out, "finishedAt", r.finishedAt());
        return out;
    }

    public static ArrayNode history(RunRecord r) {
        return Fields.history(r.history());
    }

    private String experimentName(String id) {
        return experiments.computeIfAbsent(id, key -> {
            ExperimentRecord found = tx.experiments().get(key);
            return found == null ? "" : found.displayName();
        });
    }

    private ObjectNode progress(String runId) {
        int total = 0;
        int done = 0;
        ObjectNode byState = Json.object();
        for (Map.Entry<TaskState, Integer> count : tx.tasks().counts(runId).entrySet()) {
            total += count.getValue();
            done += count.getKey().terminal() ? count.getValue() : 0;
            byState.put(count.getKey().name(), count.getValue());
        }
        ObjectNode out = Json.object().put("total", total).put("done", done);
        out.set("byState", byState);
        return out;
    }

    private @Nullable ObjectNode metric(String runId) {
        Map<String, Double> metrics = tx.runs().metrics(List.of(runId)).get(runId);
        if (metrics == null || metrics.isEmpty()) {
            return null;
        }
        var first = metrics.entrySet().iterator().next();
        return Json.object().put("name", first.getKey()).put("value", first.getValue());
    }
}
