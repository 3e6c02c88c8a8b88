package io.kumiki.web.kfp.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.StateChange;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs and their tasks as KFP's messages.
///
/// A stopped run is FAILED here: every KFP client up to 2.17 waits for succeeded, failed, skipped or error and
/// would
/// poll a CANCELED one for ever.
public final class RunJson {
    private RunJson() {}

    /// A row of a list: neither manifest nor task details.
    public static ObjectNode light(RunRecord run) {
        return run(run).done();
    }

    /// @param spec the submitted form, for a run that was not made from a pipeline version
    public static ObjectNode full(RunRecord run, @Nullable JsonNode spec, Collection<TaskRecord> tasks) {
        return run(run).tree("pipeline_spec", run.versionId() == null ? spec : null)
                .tree(
                        "run_details",
                        new Out().tree("task_details", details(tasks)).done())
                .done();
    }

    private static Out run(RunRecord run) {
        var reference = run.versionId() == null
                ? null
                : new Out()
                        .text("pipeline_id", run.pipelineId())
                        .text("pipeline_version_id", run.versionId())
                        .done();
        return new Out()
                .text("experiment_id", run.experimentId())
                .text("run_id", run.id())
                .text("display_name", run.displayName())
                .text("storage_state", run.archived() ? "ARCHIVED" : "AVAILABLE")
                .text("description", run.description())
                .tree("pipeline_version_reference", reference)
                .tree(
                        "runtime_config",
                        new Out()
                                .tree("parameters", run.parameters())
                                .text("pipeline_root", run.pipelineRoot())
                                .done())
                .text("service_account", run.serviceAccount())
                .time("created_at", run.createdAt())
                .time("scheduled_at", run.scheduledAt())
                .time("finished_at", run.finishedAt() == null ? Instant.EPOCH : run.finishedAt())
                .text("state", state(run.state()))
                .tree("error", error(run.error(), run.state() == RunState.CANCELED))
                .text("recurring_run_id", run.recurringRunId())
                .tree("state_history", history(run.history()));
    }

    public static String state(RunState state) {
        return state == RunState.CANCELED ? RunState.FAILED.name() : state.name();
    }

    private static String state(TaskState state) {
        return switch (state) {
            case WAITING, STARTING -> "PENDING";
            case RUNNING -> "RUNNING";
            case STOPPING -> "CANCELING";
            case SUCCEEDED, CACHED -> "SUCCEEDED";
            case SKIPPED -> "SKIPPED";
            case FAILED, STOPPED -> "FAILED";
        };
    }

    /// History rows hold the names of either enum.
    private static String state(String name) {
        for (TaskState state : TaskState.values()) {
            if (state.name().equals(name)) {
                return state(state);
            }
        }
        return name.equals("CANCELED") ? "FAILED" : name;
    }

    private static ArrayNode history(List<StateChange> changes) {
        ArrayNode out = Json.array();
        String last = "";
        for (StateChange change : changes) {
            String state = state(change.state());
            if (!state.equals(last)) {
                out.add(new Out()
                        .time("update_time", change.at())
                        .text("state", state)
                        .done());
            }
            last = state;
        }
        return out;
    }

    private static @Nullable ObjectNode error(@Nullable RunFault fault, boolean stopped) {
        if (fault == null) {
            return null;
        }
        GrpcCode code = stopped ? GrpcCode.CANCELLED : GrpcCode.UNKNOWN;
        return new Out()
                .number("code", code.number())
                .text("message", fault.reason() + ": " + fault.message())
                .done();
    }

    private static ArrayNode details(Collection<TaskRecord> tasks) {
        Map<String, ArrayNode> children = new HashMap<>();
        for (TaskRecord task : tasks) {
            if (task.parentId() != null) {
                children.computeIfAbsent(task.parentId(), id -> Json.array())
                        .addObject()
                        .put("task_id", task.id());
            }
        }
        ArrayNode out = Json.array();
        tasks.forEach(task -> out.add(detail(task, children.get(task.id()))));
        return out;
    }

    private static ObjectNode detail(TaskRecord task, @Nullable ArrayNode children) {
        String name = task.displayName().isEmpty() ? task.name() : task.displayName();
        return new Out()
                .text("run_id", task.runId())
                .text("task_id", task.id())
                .text("display_name", name.isEmpty() ? "root" : name)
                .time("create_time", task.createdAt())
                .time("start_time", task.startedAt())
                .time("end_time", task.finishedAt())
                .text("state", state(task.state()))
                .tree("error", error(task.error(), task.state() == TaskState.STOPPED))
                .tree("inputs", artifacts(task.inputs()))
                .tree("outputs", artifacts(task.outputs()))
                .text("parent_task_id", task.parentId())
                .tree("state_history", history(task.history()))
                .text("pod_name", task.podName())
                .tree("child_tasks", children)
                .done();
    }

    /// `{"artifacts":{key:[id,..]}}` of a task row as KFP's map of ArtifactList; int64 as strings.
    private static ObjectNode artifacts(ObjectNode side) {
        ObjectNode out = Json.object();
        for (var entry : side.path("artifacts").properties()) {
            ArrayNode ids = Json.array();
            entry.getValue().forEach(id -> ids.add(id.asText()));
            if (!ids.isEmpty()) {
                out.putObject(entry.getKey()).set("artifact_ids", ids);
            }
        }
        return out;
    }
}
