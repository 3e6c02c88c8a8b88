package io.kumiki.store.s3;

import io.kumiki.store.objects.ObjectFault;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// One request and its answer, handled by one virtual thread.
final class Exchange {
    private static final int CHUNK = 128 * 1024;
    private static final int DRAINED = 1024 * 1024;

    final Asked asked;
    final String id;
    private final RequestBody wire;
    private final HttpServerResponse response;
    private final HttpServerRequest request;
    private @Nullable InputStream body;

    /// Called on the event loop, with the request paused.
    Exchange(Context context, HttpServerRequest request, Target target, String id) {
        this.asked = new Asked(request.method().name(), target, request.headers());
        this.wire = new RequestBody(context, request);
        this.request = request;
        this.response = request.response();
        this.id = id;
        response.putHeader("x-amz-request-id", id);
    }

    /// The body as the client sent it; only after authentication.
    RequestBody wire() {
        return wire;
    }

    void body(InputStream checked) {
        this.body = checked;
    }

    /// Unwrapped and checked while it is read.
    InputStream body() {
        if (body == null) {
            throw new IllegalStateException("the body is known only after authentication");
        }
        return body;
    }

    /// Reads a body that should be empty, so that its checksum is verified.
    void noBody() throws IOException {
        if (body().read() >= 0) {
            throw S3Fault.badRequest(asked.method() + " of this resource takes no body");
        }
    }

    Exchange status(int status) {
        response.setStatusCode(status);
        return this;
    }

    Exchange header(String name, @Nullable String value) {
        if (value != null) {
            response.putHeader(name, value);
        }
        return this;
    }

    void end() throws IOException {
        settle();
        if (response.getStatusCode() != 204
                && response.getStatusCode() != 304
                && !asked.method().equals("HEAD")) {
            response.putHeader("Content-Length", "0");
        }
        await(response.end());
    }

    void xml(byte[] document) throws IOException {
        settle();
        response.putHeader("Content-Type", "application/xml")
                .putHeader("Content-Length", Integer.toString(document.length));
        await(asked.method().equals("HEAD") ? response.end() : response.end(Buffer.buffer(document)));
    }

    /// Two chunks are on their way while the next is read.
    void stream(InputStream from, long length) throws IOException {
        settle();
        response.putHeader("Content-Length", Long.toString(length));
        Future<Void> before = Future.succeededFuture();
        Future<Void> last = Future.succeededFuture();
        long left = length;
        while (left > 0) {
            byte[] chunk = new byte[(int) Math.min(CHUNK, left)];
            read(from, chunk);
            left -= chunk.length;
            await(before);
            before = last;
            last = response.write(Buffer.buffer(chunk));
        }
        await(last);
        await(response.end());
    }

    private static void read(InputStream from, byte[] chunk) {
        try {
            if (from.readNBytes(chunk, 0, chunk.length) < chunk.length) {
                throw new ObjectFault(ObjectFault.Code.IO, "an object is shorter on disk than its row says");
            }
        } catch (IOException e) {
            throw new ObjectFault(ObjectFault.Code.IO, "an object cannot be read: " + e.getMessage(), e);
        }
    }

    void refuse(S3Fault fault) throws IOException {
        if (response.headWritten()) {
            request.connection().close();
            return;
        }
        status(fault.status);
        if (asked.method().equals("HEAD")) {
            end();
            return;
        }
        xml(Xml.plain("Error")
                .add("Code", fault.code)
                .add("Message", fault.getMessage())
                .add("Resource", asked.target().path)
                .add("RequestId", id)
                .end("Error"));
    }

    /// A body that nobody read would be taken for the next request: read what is short, else end the connection.
    private void settle() {
        if (wire.ended()) {
            return;
        }
        if (!wire.neverAskedFor()) {
            try {
                if (wire.skip(DRAINED) < DRAINED && wire.read() < 0) {
                    return;
                }
            } catch (IOException e) {
                // The connection is ended anyway.
            }
        }
        response.putHeader("Connection", "close");
    }

    private static void await(Future<?> future) throws IOException {
        try {
            future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException | CancellationException e) {
            throw new IOException("the client went away: " + e.getMessage(), e);
        }
    }
}
