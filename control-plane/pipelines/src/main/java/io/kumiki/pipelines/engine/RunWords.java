package io.kumiki.pipelines.engine;

import io.kumiki.model.run.RunRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// `{{$.pipeline_job_name}}` and its kin for one task.
record RunWords(RunRecord run, Node node, PathLayout layout) {
    @Nullable
    String word(String word) {
        return switch (word) {
            case "pipeline_job_name" -> run.displayName();
            case "pipeline_job_resource_name" -> run.resourceName();
            case "pipeline_job_uuid" -> run.id();
            case "pipeline_task_name" -> node.task == null ? node.name : node.task.displayName();
            case "pipeline_task_uuid" -> node.id;
            case "pipeline_job_create_time_utc" -> time(run.createdAt());
            case "pipeline_job_schedule_time_utc" -> time(run.scheduledAt());
            case "pipeline_root" -> run.pipelineRoot();
            case "workspace_path" -> layout.workspace(run.id());
            default -> null;
        };
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
