package io.kumiki.web.kfp;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.http.Caller;
import io.kumiki.runtime.http.HttpListener;
import io.kumiki.runtime.http.Routes;
import io.kumiki.runtime.http.identity.Identity;
import io.kumiki.store.Store;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.web.kfp.upload.PackageLimits;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The surface on a real socket over an in-memory store. No run loop: runs stay as the test leaves them.
final class KfpServer implements AutoCloseable {
    static final String TOKEN = "test-token";

    /// An answer, its body read as JSON where it is JSON.
    record Reply(int status, String contentType, String text) {
        JsonNode json() {
            return Json.parse(text);
        }

        String at(String pointer) {
            return json().at(pointer).asText();
        }

        /// The text a user reads.
        String message() {
            return at("/details/0/message");
        }
    }

    final Store store = Store.memory();
    final ObjectStorage objects;
    private final Vertx vertx = Vertx.vertx();
    private final HttpListener listener;
    private final HttpClient http = HttpClient.newHttpClient();

    KfpServer(Path folder, ImageCheck images, StepLogs logs) {
        objects = DiskObjects.open(folder);
        var settings = new KfpSettings("kubeflow", "test", "0000000", PackageLimits.STANDARD, Duration.ofMillis(200));
        var api = new KfpApi(
                settings,
                store,
                new KfpPorts(images, logs, namespace -> LauncherConfig.FACTORY_ROOT, objects),
                InstantSource.system(),
                UUID::randomUUID);
        Identity identity =
                request -> ("Bearer " + TOKEN).equals(request.getHeader("Authorization")) ? Caller.ADMINISTRATOR : null;
        listener = HttpListener.on(vertx, identity)
                .serve(api.routes().toArray(Routes[]::new))
                .listen("127.0.0.1", 0);
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + listener.port() + path);
    }

    Reply get(String path) {
        return send("GET", "/apis/v2beta1" + path, null, "application/json");
    }

    Reply delete(String path) {
        return send("DELETE", "/apis/v2beta1" + path, null, "application/json");
    }

    Reply post(String path, @Nullable String json) {
        return send(
                "POST",
                "/apis/v2beta1" + path,
                json == null ? null : json.getBytes(StandardCharsets.UTF_8),
                "application/json");
    }

    Reply patch(String path, String json) {
        return send("PATCH", "/apis/v2beta1" + path, json.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    Reply upload(String path, String fileName, byte[] content) {
        String boundary = "4d8b7c";
        var body = new ByteArrayOutputStream();
        body.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"uploadfile\"; filename=\""
                        + fileName + "\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(content);
        body.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return send("POST", "/apis/v2beta1" + path, body.toByteArray(), "multipart/form-data; boundary=" + boundary);
    }

    /// Every good answer must be as published.
    Reply send(String method, String path, byte @Nullable [] body, String contentType) {
        Reply reply = ask(method, path, body, contentType);
        String raw = path.replaceFirst("[?].*", "").replaceFirst("^/pipeline/", "/");
        if (reply.status() == 200 && reply.contentType().startsWith("application/json") && !raw.endsWith("/healthz")) {
            Swagger.published().ifPresent(swagger -> {
                var misfits = swagger.misfits(method, raw, reply.json());
                if (!misfits.isEmpty()) {
                    throw new AssertionError(method + " " + path + " answers what is not published: " + misfits);
                }
            });
        }
        return reply;
    }

    private Reply ask(String method, String path, byte @Nullable [] body, String contentType) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", contentType)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body)));
    }

    Reply send(HttpRequest.Builder request) {
        try {
            var response =
                    http.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.close();
        listener.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        objects.close();
        store.close();
    }
}
