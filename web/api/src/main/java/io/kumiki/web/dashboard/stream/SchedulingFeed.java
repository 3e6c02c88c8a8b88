package io.kumiki.web.dashboard.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Scene;
import io.kumiki.store.Change;
import io.kumiki.web.dashboard.Revisions;
import io.kumiki.web.dashboard.Scheduling;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Says that the scheduler's state is another one, never which: what they may know of that, readers ask for themselves.
/// So one message of a hundred bytes serves all readers of a cluster of any size, and can tell nobody a name.
final class SchedulingFeed implements Feed {
    private final Scheduling scheduling;
    private final Revisions revisions;
    /// Begins with the time, so that a reader who comes back to a feed that was opened anew is told so.
    private final AtomicLong position = new AtomicLong(System.currentTimeMillis());
    private final AutoCloseable listening;

    SchedulingFeed(Scheduling scheduling, Revisions revisions, Runnable changed) {
        this.scheduling = scheduling;
        this.revisions = revisions;
        this.listening = scheduling.onChange(() -> {
            position.incrementAndGet();
            changed.run();
        });
    }

    @Override
    public Frame snapshot() {
        return new Frame(position.get(), state());
    }

    @Override
    public @Nullable Frame since(long seq) {
        long now = position.get();
        return seq > now ? null : new Frame(now, seq == now ? null : state());
    }

    private JsonNode state() {
        Scene scene = scheduling.scene().orElse(null);
        return scene == null
                ? Json.object().putNull("revision").putNull("at").put("waiting", 0)
                : Json.object()
                        .put("revision", revisions.of(scene))
                        .put("at", Instant.ofEpochSecond(scene.second()).toString())
                        .put("waiting", scene.queued());
    }

    @Override
    public boolean touchedBy(List<Change> changes) {
        return false;
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (Exception e) {
            throw new IllegalStateException("the scheduler's listener did not go", e);
        }
    }
}
