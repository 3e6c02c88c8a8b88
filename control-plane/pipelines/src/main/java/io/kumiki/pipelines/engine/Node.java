package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.StateChange;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.ir.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One task of the run while it matters. Everything needed to go on is in its record; the rest is derived from its
/// neighbours.
abstract sealed class Node permits Leaf, Group, LoopNode {
    static final String FAILURES = "failures";
    static final String LOST = "lost";
    static final String WHY = "why";

    final String id;
    final String path;
    final String name;
    final TaskKind kind;
    final @Nullable Node parent;
    /// Null for the root and for iterations, which no DAG names.
    final @Nullable Task task;

    TaskState state = TaskState.WAITING;
    /// Its upstreams let it go: it waits no more for them, though perhaps for a cache look-up or a back-off.
    boolean begun;
    int attempt;

    @Nullable
    Integer index;

    @Nullable
    Integer iterations;

    ObjectNode inputs = Io.empty();
    ObjectNode outputs = Io.empty();

    @Nullable
    String podName;

    @Nullable
    String fingerprint;

    @Nullable
    String cachedFrom;

    @Nullable
    RunFault error;

    Instant createdAt = Instant.EPOCH;

    @Nullable
    Instant startedAt;

    @Nullable
    Instant finishedAt;

    @Nullable
    Instant wakeAt;

    ObjectNode notes = Json.object();
    List<StateChange> history = new ArrayList<>(4);

    Node(String id, String path, String name, TaskKind kind, @Nullable Node parent, @Nullable Task task) {
        this.id = id;
        this.path = path;
        this.name = name;
        this.kind = kind;
        this.parent = parent;
        this.task = task;
    }

    final boolean blocked() {
        return state == TaskState.WAITING && !begun;
    }

    final Task spec() {
        if (task == null) {
            throw new IllegalStateException(path + " is not written in any DAG");
        }
        return task;
    }

    final Group scope() {
        if (parent instanceof Group g) {
            return g;
        }
        throw new IllegalStateException(path + " stands in no DAG");
    }

    final TaskRecord record(String runId, String displayName) {
        return new TaskRecord(
                id,
                runId,
                parent == null ? null : parent.id,
                path,
                name,
                displayName,
                kind,
                state,
                attempt,
                index,
                iterations,
                inputs,
                outputs,
                podName,
                fingerprint,
                cachedFrom,
                error,
                createdAt,
                startedAt,
                finishedAt,
                wakeAt,
                notes,
                history);
    }

    final void restore(TaskRecord r) {
        state = r.state();
        attempt = r.attempt();
        index = r.index();
        iterations = r.iterations();
        inputs = r.inputs();
        outputs = r.outputs();
        podName = r.podName();
        fingerprint = r.fingerprint();
        cachedFrom = r.cachedFrom();
        error = r.error();
        createdAt = r.createdAt();
        startedAt = r.startedAt();
        finishedAt = r.finishedAt();
        wakeAt = r.wakeAt();
        notes = r.notes();
        history = new ArrayList<>(r.history());
        begun = state != TaskState.WAITING || wakeAt != null || fingerprint != null;
    }

    /// Back to the start, keeping the number of attempts: pods of earlier ones may still exist.
    final void forget() {
        begun = false;
        inputs = Io.empty();
        outputs = Io.empty();
        podName = null;
        fingerprint = null;
        cachedFrom = null;
        error = null;
        startedAt = null;
        finishedAt = null;
        wakeAt = null;
        notes = Json.object();
    }

    /// Notes are replaced, never changed: an earlier record still holds the old ones.
    final void note(String key, int value) {
        notes = notes.deepCopy().put(key, value);
    }

    final void note(String key, String value) {
        notes = notes.deepCopy().put(key, value);
    }

    final void unnote(String key) {
        if (notes.has(key)) {
            notes = notes.deepCopy();
            notes.remove(key);
        }
    }
}
