package io.kumiki.runtime.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerFileUpload;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// Reads a body in the way its route declared. Nothing is read before the caller is known and allowed.
interface BodyReader {
    Pattern LENGTH = Pattern.compile("[0-9]{1,9}");

    Received read() throws IOException, InterruptedException;

    /// On the event loop: pauses the request until someone reads.
    static BodyReader of(Exchange exchange, Route route) {
        HttpServerRequest http = exchange.http();
        Body body = route.body();
        if (route.socket() != null) {
            http.pause(); // an upgrade is possible only as long as the request has not ended
            return () -> Received.NOTHING;
        }
        if (body.form() == Body.Form.NONE) {
            return () -> Received.NOTHING;
        }
        http.pause();
        if (body.form() == Body.Form.MULTIPART) {
            return multipart(exchange, body.limit());
        }
        BodyStream stream = new BodyStream(http, exchange.context(), body.limit());
        return () -> {
            checkLength(http, body.limit());
            if (body.form() == Body.Form.STREAM) {
                return new Received(new byte[0], List.of(), stream);
            }
            return new Received(stream.readAllBytes(), List.of(), stream);
        };
    }

    /// Whether it says of itself that it is within the limit.
    static boolean isShort(HttpServerRequest http, long limit) {
        String length = http.getHeader("Content-Length");
        return length != null && LENGTH.matcher(length).matches() && Long.parseLong(length) <= limit;
    }

    private static void checkLength(HttpServerRequest http, long limit) {
        String length = http.getHeader("Content-Length");
        if (length != null && Long.parseLong(length) > limit) {
            throw BodyStream.tooLarge(limit);
        }
    }

    private static BodyReader multipart(Exchange exchange, long limit) {
        HttpServerRequest http = exchange.http();
        return () -> {
            checkLength(http, limit);
            String type = http.getHeader("Content-Type");
            if (type == null || !type.toLowerCase(java.util.Locale.ROOT).startsWith("multipart/form-data")) {
                throw new HttpFault(415, "MultipartWanted", "a multipart/form-data body is wanted, found " + type);
            }
            Form form = new Form(limit);
            exchange.context().runOnContext(go -> form.listen(http));
            try {
                return new Received(
                        new byte[0], form.done.get(120, TimeUnit.SECONDS), java.io.InputStream.nullInputStream());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof HttpFault fault) {
                    throw fault;
                }
                throw HttpFault.badRequest("the multipart form cannot be read: " + e.getMessage());
            } catch (TimeoutException e) {
                throw new HttpFault(408, "BodyTimeout", "the multipart form was not complete after 120 seconds");
            }
        };
    }

    /// Collects the files of one form, all on the event loop, never more than the limit in sum.
    final class Form {
        private record Part(HttpServerFileUpload upload, Buffer content) {}

        private final long limit;
        private final List<Part> parts = new ArrayList<>();
        private long seen;
        final CompletableFuture<List<Upload>> done = new CompletableFuture<>();

        Form(long limit) {
            this.limit = limit;
        }

        void listen(HttpServerRequest http) {
            http.setExpectMultipart(true);
            http.uploadHandler(upload -> {
                Part part = new Part(upload, Buffer.buffer());
                parts.add(part);
                upload.handler(bytes -> take(part, bytes));
                upload.exceptionHandler(done::completeExceptionally);
            });
            http.exceptionHandler(done::completeExceptionally);
            http.endHandler(end -> done.complete(parts.stream()
                    .map(p -> new Upload(
                            p.upload().name(),
                            p.upload().filename(),
                            p.upload().contentType(),
                            p.content().getBytes()))
                    .toList()));
            http.resume();
        }

        private void take(Part part, Buffer bytes) {
            seen += bytes.length();
            if (seen > limit) {
                done.completeExceptionally(BodyStream.tooLarge(limit));
            } else if (!done.isDone()) {
                part.content().appendBuffer(bytes);
            }
        }
    }
}
