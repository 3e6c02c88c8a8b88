package io.kumiki.localcluster.api;

import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PodLogs;
import io.kumiki.kube.WatchFeed;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An answer that goes on. Its frames wait in a bounded queue; a reader who is too slow is let go and starts
/// again.
final class AnswerStream implements WatchFeed.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerStream.class);
    private static final long BRIEF_MILLIS = 2000;

    private final HttpServerRequest http;
    private final Map<AnswerStream, Boolean> registry;
    private final ApiListener.Limits limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final ArrayDeque<WatchFeed.Frame> frames = new ArrayDeque<>();
    private long weight;
    private boolean ended;
    private boolean gone;

    AnswerStream(HttpServerRequest http, Map<AnswerStream, Boolean> registry, ApiListener.Limits limits) {
        this.http = http;
        this.registry = registry;
        this.limits = limits;
    }

    @Override
    public void frame(WatchFeed.Frame frame) {
        lock.lock();
        try {
            if (ended || gone) {
                return;
            }
            frames.add(frame);
            weight += frame.weight();
            if (weight > limits.watchBacklogBytes()) {
                LOG.warn("a watcher of {} reads too slowly and was let go; it will begin again", http.path());
                frames.clear();
                gone = true;
                // Its pump may hang in a write that will never be taken.
                http.response().reset();
            }
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void end() {
        lock.lock();
        try {
            ended = true;
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        end();
    }

    private void left() {
        lock.lock();
        try {
            gone = true;
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    void watch(ApiAnswer.Watch watch) {
        registry.put(this, true);
        try {
            if (Streams.wantsSocket(http)) {
                socket(watch.feed());
            } else {
                chunks(watch.feed(), watch.headers());
            }
        } catch (IOException | IllegalStateException e) {
            LOG.debug("the watcher of {} left: {}", http.path(), e.toString());
            http.response().reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            registry.remove(this);
        }
    }

    private void chunks(WatchFeed feed, Map<String, String> headers) throws IOException, InterruptedException {
        HttpServerResponse response = http.response();
        response.closeHandler(v -> left());
        response.exceptionHandler(e -> left());
        response.setChunked(true)
                .putHeader("content-type", feed.contentType())
                .putHeader("cache-control", "no-cache, private");
        headers.forEach(response::putHeader);
        response.writeHead();
        pump(feed, batch -> {
            Buffer buffer = Buffer.buffer();
            for (WatchFeed.Frame frame : batch) {
                buffer.appendBytes(frame.bytes()).appendByte((byte) '\n');
            }
            Streams.await(response.write(buffer), limits.patience());
        });
        if (!response.closed() && !gone()) {
            response.end();
        }
    }

    private void socket(WatchFeed feed) throws IOException, InterruptedException {
        ServerWebSocket socket;
        try {
            socket =
                    http.toWebSocket().toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new IOException(e.getCause());
        }
        socket.closeHandler(v -> left());
        socket.exceptionHandler(e -> left());
        pump(feed, batch -> {
            for (WatchFeed.Frame frame : batch) {
                Streams.await(
                        socket.writeTextMessage(new String(frame.bytes(), StandardCharsets.UTF_8)), limits.patience());
            }
        });
        if (!socket.isClosed()) {
            socket.close();
        }
    }

    private interface Writer {
        void write(List<WatchFeed.Frame> batch) throws IOException;
    }

    private void pump(WatchFeed feed, Writer writer) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(feed.timeoutMillis());
        WatchFeed.Running running = feed.open(this);
        try {
            long nextBookmark = System.nanoTime() + limits.bookmarkEvery().toNanos();
            while (true) {
                List<WatchFeed.Frame> batch = take(Math.min(end, nextBookmark));
                if (batch == null) {
                    return;
                }
                if (!batch.isEmpty()) {
                    writer.write(batch);
                }
                long now = System.nanoTime();
                if (now >= end) {
                    last(feed, running, writer, now);
                    return;
                }
                if (now >= nextBookmark) {
                    running.bookmark();
                    nextBookmark = now + limits.bookmarkEvery().toNanos();
                }
            }
        } finally {
            running.close();
        }
    }

    /// A watch that was long enough to make progress tells how far it came, so that the next one can go on there.
    private void last(WatchFeed feed, WatchFeed.Running running, Writer writer, long now)
            throws IOException, InterruptedException {
        if (feed.timeoutMillis() > BRIEF_MILLIS) {
            running.bookmark();
            List<WatchFeed.Frame> last = take(now);
            if (last != null && !last.isEmpty()) {
                writer.write(last);
            }
        }
    }

    /// The next frames; empty when the time came first, `null` at the end.
    private @Nullable List<WatchFeed.Frame> take(long until) throws InterruptedException {
        lock.lock();
        try {
            while (frames.isEmpty() && !ended && !gone) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return List.of();
                }
                news.awaitNanos(left);
            }
            if (gone || frames.isEmpty()) {
                return null;
            }
            List<WatchFeed.Frame> batch = new java.util.ArrayList<>();
            int size = 0;
            while (!frames.isEmpty() && batch.size() < 100 && size < Streams.CHUNK) {
                WatchFeed.Frame frame = frames.remove();
                size += Math.max(frame.weight(), 1024);
                weight -= frame.weight();
                batch.add(frame);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    void log(PodLogs logs, PodLogs.Order order) {
        registry.put(this, true);
        HttpServerResponse response = http.response();
        response.closeHandler(v -> left());
        response.exceptionHandler(e -> left());
        boolean[] begun = {false};
        boolean[] cut = {false};
        try {
            logs.stream(order, bytes -> {
                if (over()) {
                    cut[0] = true;
                    return false;
                }
                if (!begun[0]) {
                    begun[0] = true;
                    head(response);
                }
                if (bytes.length > 0) {
                    Streams.await(response.write(Buffer.buffer(bytes)), limits.patience());
                } else if (begun[0] && !response.headWritten()) {
                    response.writeHead();
                }
                return true;
            });
            if (cut[0]) {
                // A clean end would say that this is the whole log.
                response.reset();
                return;
            }
            if (!begun[0]) {
                head(response);
            }
            response.end();
        } catch (ApiFault fault) {
            if (!begun[0]) {
                Streams.whole(http, ApiAnswer.of(fault), limits.patience());
            } else {
                response.reset();
            }
        } catch (IOException | IllegalStateException e) {
            LOG.debug("the log of {}/{} ended early: {}", order.namespace(), order.pod(), e.toString());
            response.reset();
        } catch (InterruptedException e) {
            response.reset();
            Thread.currentThread().interrupt();
        } finally {
            registry.remove(this);
        }
    }

    private static void head(HttpServerResponse response) {
        response.setChunked(true)
                .putHeader("content-type", "text/plain; charset=utf-8")
                .putHeader("cache-control", "no-cache, private");
    }

    private boolean gone() {
        lock.lock();
        try {
            return gone;
        } finally {
            lock.unlock();
        }
    }

    private boolean over() {
        lock.lock();
        try {
            return gone || ended;
        } finally {
            lock.unlock();
        }
    }
}
