package io.kumiki.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.StateChange;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Rows to test with.
final class Samples {
    static final Instant START = Instant.parse("2026-11-24T10:00:00.123456Z");

    private Samples() {}

    static ExperimentRecord experiment(String id, String name) {
        return new ExperimentRecord(id, "kubeflow", name, "", false, START, null);
    }

    static PipelineRecord pipeline(String id, String name, Map<String, String> tags) {
        return new PipelineRecord(id, "kubeflow", name, name + " shown", "", START, tags);
    }

    static VersionRecord version(String id, String pipelineId, String name, int second) {
        return new VersionRecord(id, pipelineId, name, name, "", START.plusSeconds(second), "spec", "", "", Map.of());
    }

    static RunRecord run(String id, int second) {
        return run(id, "exp-1", "run " + id, second);
    }

    static RunRecord run(String id, String experiment, String name, int second) {
        Instant at = START.plusSeconds(second);
        ObjectNode parameters = Json.object();
        parameters.put("epochs", 3).put("rate", new BigDecimal("0.50"));
        return new RunRecord(
                id,
                "kubeflow",
                experiment,
                name,
                "",
                null,
                null,
                "spec",
                "train",
                "train-abcde",
                parameters,
                "minio://mlpipeline/v2/artifacts",
                "pipeline-runner",
                RunState.PENDING,
                false,
                at,
                at,
                null,
                null,
                null,
                null,
                List.of(new StateChange(at, "PENDING")));
    }

    static TaskRecord task(String id, String runId, TaskState state) {
        return new TaskRecord(
                id,
                runId,
                null,
                "train/" + id,
                "train",
                "train",
                TaskKind.CONTAINER,
                state,
                1,
                null,
                null,
                Json.object(),
                Json.object(),
                "pod-" + id,
                "f".repeat(64),
                null,
                null,
                START,
                null,
                null,
                null,
                Json.object(),
                List.of(new StateChange(START, "WAITING"), new StateChange(START, state.name())));
    }

    static ArtifactRecord artifact(long id, String runId, String type) {
        return new ArtifactRecord(
                id,
                "kubeflow",
                runId,
                "t1",
                "model",
                0,
                "model",
                type,
                "0.0.1",
                "minio://mlpipeline/x/" + id,
                Json.object().put("accuracy", BigDecimal.valueOf(25 * id, 2)).put("framework", "sklearn"),
                START);
    }
}
