package io.kumiki.extender;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A stream of which much comes in small parts: after a part for which the reader had to wait it pauses, and then reads
/// what came meanwhile. On the way of each single part through the client three threads are awakened, which costs more
/// than to read it.
final class PacedStream extends InputStream {
    private static final Duration PAUSE = Duration.ofMillis(10);
    /// Where less comes, each part is read when it comes.
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /// A read that took longer had to wait.
    private static final long AT_ONCE_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
    /// Where more than this came together, more may be waiting.
    private static final int MUCH = 24 << 10;

    private final InputStream in;
    private final Lull lull;
    private long began = System.nanoTime() - BUSY_NANOS;
    private boolean waited;
    private boolean much;
    private int together;

    PacedStream(InputStream in, Lull lull) {
        this.in = in;
        this.lull = lull;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
        if (waited && !much && System.nanoTime() - began < BUSY_NANOS) {
            rest();
        }
        began = System.nanoTime();
        int read = in.read(into, at, length);
        waited = System.nanoTime() - began > AT_ONCE_NANOS;
        if (waited) {
            much = together > MUCH;
            together = 0;
        }
        together += Math.max(0, read);
        return read;
    }

    private void rest() throws InterruptedIOException {
        try {
            lull.rest(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
