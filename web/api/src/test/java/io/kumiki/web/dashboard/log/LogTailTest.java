package io.kumiki.web.dashboard.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.Json;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.store.Store;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectStorage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogTailTest {
    private static final Instant AT = Instant.EPOCH;

    private final Store store = Store.memory();
    private ObjectStorage objects;
    private volatile LiveLogs live = (namespace, pod, follow) -> Optional.empty();

    @BeforeEach
    void open(@TempDir Path dir) {
        objects = DiskObjects.open(dir);
        objects.createBucket("bucket");
        store.write(tx -> {
            tx.runs()
                    .insert(new RunRecord(
                            "r",
                            "ns",
                            "e",
                            "run",
                            "",
                            null,
                            null,
                            "s",
                            "p",
                            "p-1",
                            Json.object(),
                            "minio://bucket/x",
                            "sa",
                            RunState.RUNNING,
                            false,
                            AT,
                            AT,
                            AT,
                            null,
                            null,
                            null,
                            List.of()));
            return 0;
        });
    }

    @AfterEach
    void close() {
        store.close();
        objects.close();
    }

    private void task(TaskState state, int attempt, String logNote) {
        var notes = Json.object();
        if (!logNote.isEmpty()) {
            notes.put("log", logNote);
        }
        store.write(tx -> {
            tx.tasks()
                    .put(List.of(new TaskRecord(
                            "t",
                            "r",
                            null,
                            "train",
                            "train",
                            "train",
                            TaskKind.CONTAINER,
                            state,
                            attempt,
                            null,
                            null,
                            Json.object(),
                            Json.object(),
                            "pod",
                            null,
                            null,
                            null,
                            AT,
                            AT,
                            null,
                            null,
                            notes,
                            List.of())));
            return 0;
        });
    }

    private LogTail tail(int attempt) {
        LogTail tail = new LogTail(
                new TaskLogs(store, objects, (ns, pod, follow) -> live.open(ns, pod, follow)), "t", attempt, () -> {});
        tail.start();
        return tail;
    }

    private static LogTail.Chunk ended(LogTail tail) throws InterruptedException {
        long at = 0;
        while (true) {
            tail.await(at);
            LogTail.Chunk chunk = tail.newest();
            if (chunk.complete()) {
                return chunk;
            }
            at = Math.max(at, chunk.end());
        }
    }

    @Test
    void however100MegabytesArePrintedOnlyAWindowIsKept() throws Exception {
        task(TaskState.SUCCEEDED, 1, "");
        String line = "x".repeat(99) + "\n";
        byte[] megabyte = line.repeat(10_000).getBytes(StandardCharsets.UTF_8);
        AtomicInteger left = new AtomicInteger(100);
        live = (namespace, pod, follow) -> Optional.of(new java.io.SequenceInputStream(new java.util.Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return left.get() > 0;
            }

            @Override
            public java.io.InputStream nextElement() {
                left.decrementAndGet();
                return new ByteArrayInputStream(megabyte);
            }
        }));
        try (LogTail tail = tail(1)) {
            LogTail.Chunk chunk = ended(tail);
            assertThat(chunk.end()).isEqualTo(100_000_000);
            assertThat(chunk.text().length()).isLessThanOrEqualTo(LogTail.SHOWN);
            assertThat(chunk.text()).startsWith("xx").endsWith("x\n");
            assertThat(chunk.offset() % 100).as("whole lines").isZero();
            assertThat(tail.since(5)).as("no longer in memory").isEmpty();
        }
    }

    @Test
    void aStreamThatBreaksIsTakenUpWhereItEnded() throws Exception {
        task(TaskState.RUNNING, 1, "");
        AtomicInteger opened = new AtomicInteger();
        live = (namespace, pod, follow) -> {
            int n = opened.incrementAndGet();
            if (n == 2) {
                task(TaskState.SUCCEEDED, 1, "");
            }
            return Optional.of(
                    new ByteArrayInputStream((n == 1 ? "one\n" : "one\ntwo\n").getBytes(StandardCharsets.UTF_8)));
        };
        try (LogTail tail = tail(1)) {
            tail.await(0);
            tail.poke();
            assertThat(ended(tail).text()).isEqualTo("one\ntwo\n");
        }
    }

    @Test
    void theKeptLogIsWholeAtOnce() throws Exception {
        task(TaskState.SUCCEEDED, 1, "minio://bucket/log");
        objects.put(
                "bucket", "log", ("first\n" + "y".repeat(LogTail.SHOWN) + "\nlast\n").getBytes(StandardCharsets.UTF_8));
        try (LogTail tail = tail(1)) {
            LogTail.Chunk chunk = ended(tail);
            assertThat(chunk.text()).isEqualTo("last\n");
            assertThat(chunk.end()).isEqualTo(LogTail.SHOWN + 12);
        }
    }

    @Test
    void aStepThatHasNoPodYetIsWaitedFor() throws Exception {
        task(TaskState.STARTING, 1, "");
        try (LogTail tail = tail(1)) {
            assertThat(tail.newest()).isEqualTo(new LogTail.Chunk(0, 0, "", false));
            // The log first: a reader that sees an ended task without a pod is right to end too.
            live = (namespace, pod, follow) ->
                    Optional.of(new ByteArrayInputStream("組".getBytes(StandardCharsets.UTF_8)));
            task(TaskState.SUCCEEDED, 1, "");
            tail.poke();
            assertThat(ended(tail).text()).isEqualTo("組");
        }
    }

    @Test
    void anAttemptThatWasOvertakenEnds() throws Exception {
        task(TaskState.RUNNING, 2, "");
        try (LogTail tail = tail(1)) {
            assertThat(ended(tail).end()).isZero();
        }
    }
}
