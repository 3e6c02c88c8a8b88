package io.kumiki.localcluster.node.engine;

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

/// An answer's body as a blocking stream: the engine is read only as fast as this is.
final class PulledStream extends InputStream {
    private static final int AHEAD = 8;

    private sealed interface Part {
        record Bytes(Buffer buffer) implements Part {}

        record End() implements Part {}

        record Broken(String why) implements Part {}
    }

    private final ReadStream<Buffer> from;
    private final Context context;
    private final Runnable closing;
    private final Duration silence;
    private final LinkedBlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    private Buffer current = Buffer.buffer();
    private int position;
    private boolean ended;

    /// On the event loop, before anything was delivered.
    ///
    /// @param closing ends the request
    /// @param silence the longest pause between two bytes; zero for any
    PulledStream(ReadStream<Buffer> from, Context context, Runnable closing, Duration silence) {
        this.from = from;
        this.context = context;
        this.closing = closing;
        this.silence = silence;
        from.pause();
        from.exceptionHandler(e -> parts.add(new Part.Broken(String.valueOf(e.getMessage()))));
        from.endHandler(end -> parts.add(new Part.End()));
        from.handler(buffer -> parts.add(new Part.Bytes(buffer)));
        from.fetch(AHEAD);
    }

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
        while (position == current.length()) {
            if (ended || !refill()) {
                return -1;
            }
        }
        int n = Math.min(length, current.length() - position);
        current.getBytes(position, position + n, into, offset);
        position += n;
        return n;
    }

    private boolean refill() throws IOException {
        switch (next()) {
            case Part.Bytes(Buffer buffer) -> {
                current = buffer;
                position = 0;
                context.runOnContext(v -> from.fetch(1));
                return true;
            }
            case Part.End() -> {
                ended = true;
                return false;
            }
            case Part.Broken(String why) -> {
                ended = true;
                throw new IOException("the engine broke off: " + why);
            }
        }
    }

    private Part next() throws IOException {
        try {
            @Nullable
            Part part = silence.isZero() ? parts.take() : parts.poll(silence.toMillis(), TimeUnit.MILLISECONDS);
            if (part == null) {
                throw new IOException("nothing came from the engine for " + silence.toSeconds() + " s");
            }
            return part;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while reading from the engine");
        }
    }

    @Override
    public void close() {
        ended = true;
        closing.run();
        parts.add(new Part.End());
    }
}
