package io.kumiki.localcluster.api.session;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A WebSocket for blocking code: messages are taken one by one, writes wait for the reader. What the client sends
/// faster than it is taken waits in the network, not here.
final class SocketMessages {
    private static final Logger LOG = LoggerFactory.getLogger(SocketMessages.class);
    private static final int MOST_WAITING = 512 * 1024;

    private final ServerWebSocket socket;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final ArrayDeque<byte[]> messages = new ArrayDeque<>();
    private int waiting;
    private boolean paused;
    private boolean closed;

    SocketMessages(ServerWebSocket socket) {
        this.socket = socket;
        socket.binaryMessageHandler(message -> arrived(message.getBytes()));
        // Python's client sends text.
        socket.textMessageHandler(message -> arrived(message.getBytes(StandardCharsets.UTF_8)));
        socket.closeHandler(v -> left());
        socket.exceptionHandler(e -> left());
    }

    private void arrived(byte[] message) {
        lock.lock();
        try {
            messages.add(message);
            waiting += message.length + 64;
            if (waiting > MOST_WAITING && !paused) {
                paused = true;
                socket.pause();
            }
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    private void left() {
        lock.lock();
        try {
            closed = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The next message; null when the client has gone.
    byte @Nullable [] take() throws InterruptedException {
        lock.lock();
        try {
            while (messages.isEmpty() && !closed) {
                news.await();
            }
            byte[] message = messages.poll();
            if (message != null) {
                waiting -= message.length + 64;
            }
            if (paused && waiting < MOST_WAITING / 2) {
                paused = false;
                socket.resume();
            }
            return message;
        } finally {
            lock.unlock();
        }
    }

    void send(byte[] message) throws IOException {
        send(message, 0, message.length);
    }

    void send(byte[] message, int from, int length) throws IOException {
        Buffer copy = Buffer.buffer(length);
        copy.appendBytes(message, from, length);
        await(socket.writeBinaryMessage(copy));
    }

    /// The client may have closed it first, also at this very moment.
    void close() {
        try {
            if (!socket.isClosed()) {
                socket.close();
            }
        } catch (IllegalStateException e) {
            LOG.trace("closed meanwhile", e);
        }
    }

    static <T> T await(Future<T> future) throws IOException {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException | IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
