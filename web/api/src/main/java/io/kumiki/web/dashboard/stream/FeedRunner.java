package io.kumiki.web.dashboard.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.http.HttpFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves one topic to its readers on a thread of its own. There is no queue per reader: each stands at a position,
/// and whoever can take
/// more is told what changed since; a reader that was slow simply gets a longer step, or a snapshot when its
/// position is no longer known.
final class FeedRunner {
    private static final Logger LOG = LoggerFactory.getLogger(FeedRunner.class);
    private static final Duration GATHER = Duration.ofMillis(50);
    private static final long NOWHERE = -1;

    private final String topic;
    private final Feed feed;
    private final Map<StreamSession, Long> readers = new LinkedHashMap<>();
    private boolean dirty;
    private boolean closed;

    FeedRunner(String topic, Feed feed) {
        this.topic = topic;
        this.feed = feed;
    }

    Feed feed() {
        return feed;
    }

    void start() {
        Thread.ofVirtual().name("feed " + topic).start(this::run);
    }

    /// @param cursor where the reader stands already, `null` for nowhere
    /// @return false when this runner has just ended
    synchronized boolean add(StreamSession session, @Nullable Long cursor) {
        if (closed) {
            return false;
        }
        readers.put(session, cursor == null ? NOWHERE : cursor);
        wake();
        return true;
    }

    /// @return whether nobody is left
    synchronized boolean remove(StreamSession session) {
        readers.remove(session);
        if (readers.isEmpty()) {
            closed = true;
            notifyAll();
        }
        return closed;
    }

    synchronized void wake() {
        dirty = true;
        notifyAll();
    }

    private void run() {
        long last = System.nanoTime() - GATHER.toNanos();
        try {
            while (await(last)) {
                last = System.nanoTime();
                serve();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            feed.close();
        }
    }

    /// The first change after a pause goes out at once; a busy topic speaks at most twenty times a second.
    private synchronized boolean await(long last) throws InterruptedException {
        while (!dirty && !closed) {
            wait();
        }
        long rest = GATHER.toMillis() - (System.nanoTime() - last) / 1_000_000;
        while (rest > 0 && !closed) {
            wait(rest);
            rest = GATHER.toMillis() - (System.nanoTime() - last) / 1_000_000;
        }
        dirty = false;
        return !closed;
    }

    private void serve() {
        Map<Long, List<StreamSession>> byPosition = new HashMap<>();
        synchronized (this) {
            readers.forEach((session, at) -> {
                if (session.ready()) {
                    byPosition.computeIfAbsent(at, k -> new ArrayList<>()).add(session);
                }
            });
        }
        byPosition.forEach(this::step);
    }

    private void step(long from, List<StreamSession> sessions) {
        try {
            Feed.Frame delta = from == NOWHERE ? null : feed.since(from);
            Feed.Frame frame = delta == null ? feed.snapshot() : delta;
            JsonNode body = frame.body();
            ObjectNode message = Json.object().put("topic", topic).put("seq", frame.seq());
            message.set(delta == null ? "snapshot" : "delta", body);
            String text = body == null ? null : Json.write(message);
            for (StreamSession session : sessions) {
                advance(session, frame.seq());
                if (text != null) {
                    session.send(text);
                }
            }
        } catch (HttpFault fault) {
            sessions.forEach(session -> session.refuse(topic, fault));
        } catch (RuntimeException e) {
            LOG.error("topic {} failed", topic, e);
            HttpFault fault =
                    new HttpFault(500, "Internal", "the server failed while preparing this topic; subscribe again");
            sessions.forEach(session -> session.refuse(topic, fault));
        }
    }

    private synchronized void advance(StreamSession session, long seq) {
        readers.computeIfPresent(session, (s, at) -> seq);
    }
}
