package io.kumiki.runtime.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What comes on an event loop as a blocking stream: as much is asked for as is read, so that a slow reader slows the
/// sender and nothing piles up.
public abstract class PulledStream extends InputStream {
    private sealed interface Part {
        record Bytes(byte[] bytes) implements Part {}

        record End() implements Part {}

        record Broken(Throwable cause) implements Part {}
    }

    private final ReadStream<Buffer> from;
    private final Context context;
    private final Duration silence;
    private final LinkedBlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    private byte[] current = new byte[0];
    private int position;
    private boolean ended;

    /// On the event loop, before anything was delivered.
    ///
    /// @param silence the longest pause between two parts; zero for any
    /// @param ahead how many parts may come before they are read
    protected PulledStream(ReadStream<Buffer> from, Context context, Duration silence, int ahead) {
        this.from = from;
        this.context = context;
        this.silence = silence;
        from.pause();
        from.exceptionHandler(cause -> parts.add(new Part.Broken(cause)));
        from.endHandler(done -> parts.add(new Part.End()));
        from.handler(this::arrived);
        if (ahead > 0) {
            from.fetch(ahead);
        }
    }

    private void arrived(Buffer buffer) {
        if (buffer.length() == 0) {
            from.fetch(1);
        } else {
            parts.add(new Part.Bytes(buffer.getBytes()));
        }
    }

    /// So many bytes more are about to be read; throws what the reader shall see instead.
    protected void came(int bytes) throws IOException {}

    /// Nothing came for too long: what the reader shall see; may throw something else.
    protected abstract IOException silent(Duration silence);

    /// What the reader shall see when the sender breaks off.
    protected abstract IOException broken(Throwable cause);

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == current.length && !refill()) {
            return -1;
        }
        int n = Math.min(length, current.length - position);
        System.arraycopy(current, position, into, offset, n);
        position += n;
        return n;
    }

    private boolean refill() throws IOException {
        if (ended) {
            return false;
        }
        switch (next()) {
            case Part.Bytes(byte[] bytes) -> {
                current = bytes;
                position = 0;
                came(bytes.length);
                return true;
            }
            case Part.End() -> {
                ended = true;
                return false;
            }
            case Part.Broken(Throwable cause) -> {
                ended = true;
                throw broken(cause);
            }
        }
    }

    private Part next() throws IOException {
        context.runOnContext(go -> from.fetch(1));
        try {
            @Nullable
            Part part = silence.isZero() ? parts.take() : parts.poll(silence.toMillis(), TimeUnit.MILLISECONDS);
            if (part == null) {
                throw silent(silence);
            }
            return part;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while reading");
        }
    }

    /// From now on nothing is read: whoever waits sees the end.
    protected void end() {
        ended = true;
        parts.add(new Part.End());
    }
}
