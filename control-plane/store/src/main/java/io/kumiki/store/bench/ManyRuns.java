package io.kumiki.store.bench;

import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.StateChange;
import io.kumiki.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/// A store in a temporary folder, filled with runs as a busy team leaves them behind.
final class ManyRuns implements AutoCloseable {
    static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    private static final int GROUP = 5_000;

    private final Path folder;
    final Store store;

    ManyRuns() throws IOException {
        this.folder = Files.createTempDirectory("kumiki-bench");
        this.store = Store.open(folder.resolve("store.db"));
    }

    void insert(int count) {
        var random = new SplittableRandom(1);
        for (int from = 0; from < count; from += GROUP) {
            int first = from;
            int last = Math.min(count, from + GROUP);
            store.write(tx -> {
                for (int n = first; n < last; n++) {
                    tx.runs().insert(run(n, random));
                }
                return null;
            });
        }
    }

    /// 50 experiments, 20 pipelines, 88 % succeeded, 10 % failed, the rest cancelled; every tenth archived, the
    /// newest ten running.
    static RunRecord run(int n, SplittableRandom random) {
        Instant at = FIRST.plusSeconds(n * 20L);
        int dice = random.nextInt(100);
        RunState state = dice < 88 ? RunState.SUCCEEDED : dice < 98 ? RunState.FAILED : RunState.CANCELED;
        Instant end = at.plusSeconds(random.nextInt(10, 4000));
        String pipeline = "pipeline-" + random.nextInt(20);
        return new RunRecord(
                new UUID(random.nextLong(), random.nextLong()).toString(),
                "kubeflow",
                "experiment-" + random.nextInt(50),
                pipeline + " 2026-01-01 " + n,
                "",
                pipeline,
                pipeline + "-v1",
                "0".repeat(64),
                pipeline,
                pipeline + "-" + Integer.toString(n, 36),
                Json.object().put("epochs", random.nextInt(100)).put("data", "minio://mlpipeline/data/" + n),
                "minio://mlpipeline/v2/artifacts",
                "pipeline-runner",
                state,
                n % 10 == 0,
                at,
                at,
                at,
                end,
                state == RunState.FAILED ? new RunFault("StepFailed", "step train exited 1") : null,
                null,
                List.of(
                        new StateChange(at, "PENDING"),
                        new StateChange(at, "RUNNING"),
                        new StateChange(end, state.name())));
    }

    long bytes() throws IOException {
        return Files.size(folder.resolve("store.db"));
    }

    @Override
    public void close() throws IOException {
        store.close();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }
}
