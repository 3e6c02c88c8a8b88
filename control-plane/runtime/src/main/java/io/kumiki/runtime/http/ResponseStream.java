package io.kumiki.runtime.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/// A blocking stream over the response: a write returns when the peer's socket has taken it, so memory stays flat
/// for slow readers.
final class ResponseStream extends OutputStream {
    private final HttpServerResponse response;
    private final Context context;
    private final Runnable head;
    private boolean begun;

    ResponseStream(HttpServerResponse response, Context context, Runnable head) {
        this.response = response;
        this.context = context;
        this.head = head;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > 0) {
            Buffer copy = Buffer.buffer(length).appendBytes(bytes, offset, length);
            onContext(() -> response.write(copy));
        }
    }

    @Override
    public void flush() throws IOException {
        if (!begun) {
            onContext(response::writeHead);
        }
    }

    @Override
    public void close() throws IOException {
        onContext(response::end);
    }

    private void onContext(Supplier<Future<Void>> step) throws IOException {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        boolean first = !begun;
        begun = true;
        context.runOnContext(go -> {
            if (response.closed() || response.ended()) {
                taken.completeExceptionally(new IOException("the peer has gone"));
                return;
            }
            if (first) {
                head.run();
            }
            step.get().onComplete(done -> taken.complete(null), taken::completeExceptionally);
        });
        try {
            taken.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while writing the answer");
        } catch (ExecutionException e) {
            throw new IOException("the peer has gone", e.getCause());
        }
    }
}
