package io.kumiki.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.runtime.yaml.Yaml;
import io.kumiki.store.ExperimentRecord;
import io.kumiki.store.IntentRecord;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Store;
import io.kumiki.store.objects.ObjectStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// What the tests of the run loop share: a store, object storage, and how one submits and awaits a run.
final class Rig implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final Store store;
    final ObjectStorage objects;
    private final Semaphore commits = new Semaphore(0);
    private final AutoCloseable listening;

    Rig(Store store, ObjectStorage objects) {
        this.store = store;
        this.objects = objects;
        this.listening = store.onCommit(changes -> commits.release());
        objects.createBucket("mlpipeline");
        store.write(tx -> {
            tx.experiments()
                    .insert(new ExperimentRecord(
                            "default",
                            "kubeflow",
                            "Default",
                            "",
                            false,
                            Clock.systemUTC().instant(),
                            null));
            return true;
        });
    }

    static ObjectNode json(String text) {
        return (ObjectNode) Json.parse(text);
    }

    String submit(String pipeline, ObjectNode parameters) {
        var spec = spec(pipeline);
        var id = UUID.randomUUID().toString();
        var now = Clock.systemUTC().instant();
        var name = spec.pipelineSpec().path("pipelineInfo").path("name").asText();
        var run = new RunRecord(
                id,
                "kubeflow",
                "default",
                name + " run",
                "",
                null,
                null,
                spec.id(),
                name,
                name + "-x" + id.substring(0, 4),
                parameters,
                "minio://mlpipeline/v2/artifacts",
                "pipeline-runner",
                RunState.PENDING,
                false,
                now,
                now,
                null,
                null,
                null,
                null,
                List.of());
        store.write(tx -> {
            tx.specs().put(spec);
            tx.runs().insert(run);
            return true;
        });
        return id;
    }

    static SpecRecord spec(String pipeline) {
        try (var in =
                Objects.requireNonNull(Rig.class.getResourceAsStream("/pipelines/" + pipeline + ".yaml"), pipeline)) {
            var documents = Yaml.documents(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return SpecRecord.of(documents.get(0), documents.size() > 1 ? documents.get(1) : null);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    RunRecord run(String id) {
        return store.read(tx -> tx.runs().get(id));
    }

    List<IntentRecord> wishes() {
        return store.read(tx -> tx.intents().pending());
    }

    List<TaskRecord> tasks(String id) {
        return store.read(tx -> tx.tasks().ofRun(id));
    }

    /// The task at a path, whatever DAGs lie above it.
    TaskRecord task(String id, String path) {
        return tasks(id).stream()
                .filter(t -> t.path().equals(path) || t.path().endsWith("/" + path))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no task " + path + " in " + describe(id)));
    }

    String output(String id, String path, String parameter) {
        return task(id, path).outputs().path("parameters").path(parameter).toString();
    }

    RunRecord await(String id) {
        until(() -> run(id).state().terminal(), () -> describe(id));
        return run(id);
    }

    RunRecord awaitSuccess(String id) {
        var run = await(id);
        assertThat(run.state()).as(describe(id)).isEqualTo(RunState.SUCCEEDED);
        return run;
    }

    void awaitRunningStep(String id) {
        until(
                () -> tasks(id).stream()
                        .anyMatch(t -> t.kind() == TaskKind.CONTAINER && t.state() == TaskState.RUNNING),
                () -> describe(id));
    }

    void until(Supplier<Boolean> condition, Supplier<String> describe) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.get()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE + ": " + describe.get());
            }
            try {
                // A commit wakes us; not everything awaited is one.
                var ignored = commits.tryAcquire(20, TimeUnit.MILLISECONDS);
                commits.drainPermits();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    String describe(String id) {
        var out = new StringBuilder();
        var run = run(id);
        out.append(run == null ? "(deleted)" : run.state() + " " + run.error());
        for (var t : tasks(id)) {
            out.append("\n  ")
                    .append(t.path())
                    .append(' ')
                    .append(t.kind())
                    .append(' ')
                    .append(t.state())
                    .append(" #")
                    .append(t.attempt());
            if (t.error() != null) {
                out.append(' ').append(t.error());
            }
            if (t.kind() == TaskKind.CONTAINER) {
                out.append(' ').append(t.notes());
            }
        }
        return out.toString();
    }

    @Override
    public void close() throws Exception {
        listening.close();
        store.close();
        objects.close();
    }
}
