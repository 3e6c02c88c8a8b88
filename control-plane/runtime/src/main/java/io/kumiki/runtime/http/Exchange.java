package io.kumiki.runtime.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;

/// One request and its answer, from the virtual thread's side. Every touch of the response happens on the
/// connection's own context.
final class Exchange {
    /// How much of an unread body is swallowed after a refusal, so that the sender reads the answer instead of a
    /// reset.
    private static final long SWALLOW = 256L << 20;

    private final HttpServerRequest http;
    private final Context context;
    private final ErrorRenderer errors;
    private final String traceId;
    private final long from = System.nanoTime();
    private boolean isTimed;

    Exchange(HttpServerRequest http, Context context, ErrorRenderer errors, String traceId) {
        this.http = http;
        this.context = context;
        this.errors = errors;
        this.traceId = traceId;
    }

    HttpServerRequest http() {
        return http;
    }

    Context context() {
        return context;
    }

    String traceId() {
        return traceId;
    }

    /// Tells in its answer how long that took here.
    void timed() {
        isTimed = true;
    }

    /// By any thread; at once on the connection's own.
    void sendHere(Answer answer) {
        if (Vertx.currentContext() == context) {
            write(answer);
        } else {
            context.runOnContext(go -> write(answer));
        }
    }

    /// Before any thread was started for it.
    void refuse(HttpFault fault) {
        write(errors.render(fault, traceId, http.getHeader("Accept-Language")));
    }

    void fail(HttpFault fault) {
        Answer answer = errors.render(fault, traceId, http.getHeader("Accept-Language"));
        context.runOnContext(go -> write(answer));
    }

    void send(Answer answer) throws IOException, InterruptedException {
        switch (answer.payload()) {
            case Answer.Whole whole -> context.runOnContext(go -> write(answer));
            case Answer.Streamed(Answer.StreamWriter writer) -> {
                if (http.method().name().equals("HEAD")) {
                    context.runOnContext(
                            go -> write(new Answer(answer.status(), answer.headers(), new Answer.Whole(new byte[0]))));
                    return;
                }
                try (OutputStream out = new ResponseStream(http.response(), context, () -> head(answer))) {
                    writer.write(out);
                }
            }
        }
    }

    /// The peer went away, or the answer broke after it began: only closing the connection says so.
    void abandon() {
        context.runOnContext(go -> {
            if (!http.response().ended()) {
                http.response().reset();
            }
        });
    }

    void upgrade(SocketHandler handler, Caller caller) {
        context.runOnContext(go -> http.toWebSocket()
                .onSuccess(socket -> handler.open(caller, socket))
                .onFailure(cause -> write(errors.render(
                        HttpFault.badRequest("a WebSocket upgrade is wanted here: " + cause.getMessage()),
                        traceId,
                        null))));
    }

    private void write(Answer answer) {
        HttpServerResponse response = http.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            response.reset();
            return;
        }
        byte[] body = answer.payload() instanceof Answer.Whole(byte[] bytes) ? bytes : new byte[0];
        head(answer);
        boolean silent = http.method().name().equals("HEAD") || answer.status() == 204 || answer.status() == 304;
        if (answer.status() != 204
                && answer.status() != 304
                && !answer.headers().containsKey("Content-Length")) {
            response.putHeader("Content-Length", String.valueOf(body.length));
        }
        if (http.isEnded()) {
            end(response, body, silent);
        } else {
            endBeforeBody(response, body, silent);
        }
    }

    private static void end(HttpServerResponse response, byte[] body, boolean silent) {
        if (silent) {
            response.end();
        } else {
            response.end(Buffer.buffer(body));
        }
    }

    /// The sender is still talking: answer now, swallow the rest within reason, close.
    private void endBeforeBody(HttpServerResponse response, byte[] body, boolean silent) {
        long[] left = {SWALLOW};
        http.handler(bytes -> {
            left[0] -= bytes.length();
            if (left[0] < 0) {
                response.reset();
            }
        });
        http.exceptionHandler(ignored -> {});
        end(response, body, silent);
        http.resume();
    }

    private void head(Answer answer) {
        HttpServerResponse response = http.response();
        response.setStatusCode(answer.status());
        response.putHeader("X-Content-Type-Options", "nosniff");
        answer.headers().forEach(response::putHeader);
        if (isTimed) {
            response.putHeader("Server-Timing", "total;dur=" + (System.nanoTime() - from) / 1000 / 1e3);
        }
        if (answer.payload() instanceof Answer.Streamed && !answer.headers().containsKey("Content-Length")) {
            response.setChunked(true);
        }
    }
}
