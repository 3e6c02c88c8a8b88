package io.kumiki.localcluster.node.session;

import io.kumiki.kube.PodSessions.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// What a container's main process writes from now on: its log, followed. It has no input.
public final class LogSession implements Session {
    private static final long LOOK_AGAIN_MILLIS = 50;

    private final RandomAccessFile file;
    private final BooleanSupplier ended;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean closed;

    public LogSession(Path log, BooleanSupplier ended) throws IOException {
        this.file = new RandomAccessFile(log.toFile(), "r");
        this.ended = ended;
        file.seek(file.length());
    }

    @Override
    public OutputStream stdin() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream stdout() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                return follow(bytes, from, length);
            }
        };
    }

    private int follow(byte[] bytes, int from, int length) throws IOException {
        try {
            while (!closed) {
                // Asked before reading: what was written before the end is still read.
                boolean last = ended.getAsBoolean();
                int read = file.read(bytes, from, length);
                if (read > 0) {
                    return read;
                }
                if (last) {
                    break;
                }
                Thread.sleep(LOOK_AGAIN_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        over.countDown();
        return -1;
    }

    @Override
    public int await() throws InterruptedException {
        while (!closed && !over.await(1, TimeUnit.SECONDS)) {
            Thread.onSpinWait();
        }
        return 0;
    }

    @Override
    public void close() {
        closed = true;
        over.countDown();
        try {
            file.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
