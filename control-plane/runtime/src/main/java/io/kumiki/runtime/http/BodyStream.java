package io.kumiki.runtime.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The body as a blocking stream: one buffer is asked for at a time, so that a slow handler slows the sender and
/// nothing piles up.
final class BodyStream extends InputStream {
    private static final long PATIENCE_SECONDS = 60;

    private sealed interface Part {
        record Bytes(byte[] bytes) implements Part {}

        record End() implements Part {}

        record Broken(Throwable cause) implements Part {}
    }

    private final HttpServerRequest http;
    private final Context context;
    private final long limit;
    private final LinkedBlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    private byte[] current = new byte[0];
    private int position;
    private long seen;
    private boolean ended;

    /// On the event loop, before anything of the body was delivered.
    BodyStream(HttpServerRequest http, Context context, long limit) {
        this.http = http;
        this.context = context;
        this.limit = limit;
        http.handler(this::arrived);
        http.endHandler(done -> parts.add(new Part.End()));
        http.exceptionHandler(cause -> parts.add(new Part.Broken(cause)));
    }

    private void arrived(Buffer buffer) {
        if (buffer.length() == 0) {
            http.fetch(1);
        } else {
            parts.add(new Part.Bytes(buffer.getBytes()));
        }
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
                seen += bytes.length;
                if (seen > limit) {
                    throw tooLarge(limit);
                }
                return true;
            }
            case Part.End() -> {
                ended = true;
                return false;
            }
            case Part.Broken(Throwable cause) ->
                throw new IOException("the sender went away in the middle of the body", cause);
        }
    }

    private Part next() throws IOException {
        context.runOnContext(go -> http.fetch(1));
        try {
            @Nullable Part part = parts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (part == null) {
                throw new HttpFault(
                        408, "BodyTimeout", "no byte of the body came for " + PATIENCE_SECONDS + " seconds");
            }
            return part;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while reading the body");
        }
    }

    static HttpFault tooLarge(long limit) {
        return HttpFault.tooLarge("the body may have at most " + limit + " bytes; this one is larger");
    }
}
