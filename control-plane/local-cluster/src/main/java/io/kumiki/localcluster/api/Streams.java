package io.kumiki.localcluster.api;

import io.kumiki.kube.ApiAnswer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes whole answers. Runs on virtual threads and waits for slow readers there.
final class Streams {
    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);
    static final int CHUNK = 256 * 1024;
    /// A body of so few parts is small (one object, one document): one write.
    private static final int AT_ONCE = 3;

    private static final CharSequence UNCACHED = HttpHeaders.createOptimized("no-cache, private");

    private Streams() {}

    static boolean wantsSocket(HttpServerRequest http) {
        return "websocket".equalsIgnoreCase(http.getHeader("upgrade"));
    }

    /// @param patience how long the reader may take for one chunk
    static void whole(HttpServerRequest http, ApiAnswer.Whole whole, Duration patience) {
        HttpServerResponse response = http.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(whole.status());
        if (!whole.contentType().isEmpty()) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, whole.contentType());
        }
        response.putHeader(HttpHeaders.CACHE_CONTROL, UNCACHED);
        whole.headers().forEach(response::putHeader);
        boolean head = http.method().name().equals("HEAD");
        try {
            if (whole.body().size() <= AT_ONCE) {
                Buffer all = together(whole.body());
                response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(all.length()));
                response.end(head ? Buffer.buffer() : all);
                return;
            }
            response.setChunked(true);
            if (!head) {
                parts(response, whole.body(), patience);
            }
            response.end();
        } catch (IOException | IllegalStateException e) {
            LOG.debug("the reader of {} left: {}", http.path(), e.toString());
            response.reset();
        }
    }

    private static Buffer together(List<byte[]> parts) {
        if (parts.size() == 1) {
            return Buffer.buffer(parts.getFirst());
        }
        Buffer all = Buffer.buffer();
        parts.forEach(all::appendBytes);
        return all;
    }

    private static void parts(HttpServerResponse response, List<byte[]> body, Duration patience) throws IOException {
        Buffer chunk = Buffer.buffer();
        for (byte[] part : body) {
            chunk.appendBytes(part);
            if (chunk.length() >= CHUNK) {
                await(response.write(chunk), patience);
                chunk = Buffer.buffer();
            }
        }
        if (chunk.length() > 0) {
            response.write(chunk);
        }
    }

    static void await(Future<?> future, Duration patience) throws IOException {
        try {
            future.toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the server is stopping", e);
        } catch (TimeoutException e) {
            throw new IOException("the reader took nothing for " + patience.toSeconds() + " s", e);
        }
    }
}
