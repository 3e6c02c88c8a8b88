package io.kumiki.store.s3;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// A request's body as a blocking stream. The socket is read only as fast as this stream is.
final class RequestBody extends InputStream {
    private static final int AHEAD = 8;
    private static final Object END = new Object();

    private final Context context;
    private final HttpServerRequest request;
    private final boolean expectsContinue;
    /// Buffers, END, or what went wrong.
    private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
    private @Nullable Buffer current;
    private int position;
    private boolean started;
    private boolean ended;

    /// Called on the event loop, with the request paused.
    RequestBody(Context context, HttpServerRequest request) {
        this.context = context;
        this.request = request;
        this.expectsContinue = "100-continue".equalsIgnoreCase(request.getHeader("Expect"));
        request.handler(arrived::add);
        request.endHandler(end -> arrived.add(END));
        request.exceptionHandler(
                e -> arrived.add(new IOException("the client went away while sending: " + e.getMessage(), e)));
    }

    /// Nothing is left on the wire, so the connection may carry another request.
    boolean ended() {
        return ended;
    }

    boolean neverAskedFor() {
        return !started && expectsContinue;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        Buffer buffer = current;
        while (buffer == null || position == buffer.length()) {
            buffer = next();
            if (buffer == null) {
                return -1;
            }
            position = 0;
            current = buffer;
        }
        int n = Math.min(length, buffer.length() - position);
        buffer.getBytes(position, position + n, target, offset);
        position += n;
        return n;
    }

    private @Nullable Buffer next() throws IOException {
        if (ended) {
            return null;
        }
        ask();
        Object next;
        try {
            next = arrived.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (next == END) {
            ended = true;
            return null;
        }
        if (next instanceof IOException failure) {
            arrived.add(failure);
            throw failure;
        }
        return (Buffer) next;
    }

    private void ask() {
        if (!started) {
            started = true;
            context.runOnContext(v -> {
                if (expectsContinue) {
                    request.response().writeContinue();
                }
                request.fetch(AHEAD);
            });
        } else {
            context.runOnContext(v -> request.fetch(1));
        }
    }
}
