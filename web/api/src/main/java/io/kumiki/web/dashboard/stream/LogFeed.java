package io.kumiki.web.dashboard.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.store.Change;
import io.kumiki.web.dashboard.log.LogTail;
import io.kumiki.web.dashboard.log.TaskLogs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A step's log; positions are byte offsets.
final class LogFeed implements Feed {
    private final String taskId;
    private final LogTail tail;

    LogFeed(TaskLogs logs, String taskId, int attempt, Runnable changed) {
        this.taskId = taskId;
        this.tail = new LogTail(logs, taskId, attempt, changed);
        tail.start();
    }

    @Override
    public Frame snapshot() {
        return frame(tail.newest(), true);
    }

    @Override
    public @Nullable Frame since(long seq) {
        return tail.since(seq).map(chunk -> frame(chunk, false)).orElse(null);
    }

    /// Nothing new is worth a word only when it is the end.
    private Frame frame(LogTail.Chunk chunk, boolean always) {
        boolean news = chunk.end() > chunk.offset() || chunk.complete();
        return new Frame(chunk.end(), always || news ? json(chunk) : null);
    }

    private static JsonNode json(LogTail.Chunk chunk) {
        return Json.object()
                .put("offset", chunk.offset())
                .put("end", chunk.end())
                .put("text", chunk.text())
                .put("complete", chunk.complete());
    }

    @Override
    public boolean touchedBy(List<Change> changes) {
        if (changes.stream().anyMatch(c -> c.kind().equals(Change.TASK) && c.id().equals(taskId))) {
            tail.poke();
        }
        return false;
    }

    @Override
    public void close() {
        tail.close();
    }
}
