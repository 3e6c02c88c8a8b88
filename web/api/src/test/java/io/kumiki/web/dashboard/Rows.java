package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.StateChange;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.store.Store;
import java.time.Instant;
import java.util.List;

/// Rows as the run loop would write them.
final class Rows {
    static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");

    private Rows() {}

    static TaskRecord task(String runId, String id, String path, TaskKind kind, TaskState state) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return new TaskRecord(
                id,
                runId,
                "root-" + runId,
                path,
                name,
                name,
                kind,
                state,
                1,
                null,
                null,
                Json.object(),
                Json.object(),
                kind == TaskKind.CONTAINER ? "pod-" + id : null,
                null,
                null,
                null,
                AT,
                AT,
                state.terminal() ? AT.plusSeconds(5) : null,
                null,
                Json.object(),
                List.of(
                        new StateChange(AT, "WAITING"),
                        new StateChange(AT, "STARTING"),
                        new StateChange(AT.plusSeconds(1), "RUNNING")));
    }

    static TaskRecord noted(TaskRecord t, ObjectNode notes, TaskState state) {
        return new TaskRecord(
                t.id(),
                t.runId(),
                t.parentId(),
                t.path(),
                t.name(),
                t.displayName(),
                t.kind(),
                state,
                t.attempt(),
                t.index(),
                t.iterations(),
                t.inputs(),
                t.outputs(),
                t.podName(),
                t.fingerprint(),
                t.cachedFrom(),
                t.error(),
                t.createdAt(),
                t.startedAt(),
                state.terminal() ? AT.plusSeconds(9) : null,
                t.wakeAt(),
                notes,
                t.history());
    }

    static ArtifactRecord artifact(long id, String runId, String taskId, String type, String uri, ObjectNode metadata) {
        return new ArtifactRecord(
                id, "kubeflow", runId, taskId, "out", 0, "out-" + id, type, "0.0.1", uri, metadata, AT.plusSeconds(id));
    }

    static void put(Store store, TaskRecord... tasks) {
        store.write(tx -> {
            tx.tasks().put(List.of(tasks));
            return 0;
        });
    }

    static void put(Store store, ArtifactRecord... artifacts) {
        store.write(tx -> {
            tx.artifacts().insert(List.of(artifacts));
            return 0;
        });
    }

    static RunRecord move(Store store, String runId, RunState to) {
        return store.write(tx -> {
            RunRecord moved = tx.runs()
                    .get(runId)
                    .moved(
                            to,
                            Instant.now(),
                            to == RunState.FAILED ? new RunFault("StepFailed", "train exited with 1") : null);
            tx.runs().progress(moved);
            return moved;
        });
    }
}
