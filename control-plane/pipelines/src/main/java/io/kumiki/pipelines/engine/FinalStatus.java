package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.TaskState;

/// What an exit task learns about the task it waited for. `error` is absent when there is none: the SDK's executor
/// stumbles over null.
final class FinalStatus {
    /// gRPC's code for "unknown", which KFP uses for a failed task.
    private static final int UNKNOWN = 2;

    private FinalStatus() {}

    static JsonNode of(Node producer, RunRecord run) {
        ObjectNode status = Json.object();
        status.put("state", word(producer.state));
        status.put("pipelineJobResourceName", run.resourceName());
        status.put("pipelineTaskName", producer.name);
        if (producer.error != null) {
            status.putObject("error").put("code", UNKNOWN).put("message", producer.error.message());
        }
        return status;
    }

    private static String word(TaskState state) {
        return switch (state) {
            case SUCCEEDED, CACHED -> "COMPLETE";
            case FAILED -> "FAILED";
            case STOPPED -> "CANCELLED";
            case SKIPPED -> "SKIPPED";
            case WAITING, STARTING, RUNNING, STOPPING -> "RUNNING";
        };
    }
}
