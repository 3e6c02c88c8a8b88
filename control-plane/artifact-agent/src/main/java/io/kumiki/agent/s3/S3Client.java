package io.kumiki.agent.s3;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The few S3 calls the agent needs, against one endpoint, path style. Every call is tried three times in all.
public final class S3Client implements ObjectAccess {
    private static final int TRIES = 3;
    private static final Duration ANSWER = Duration.ofMinutes(10);
    private static final Set<String> RESTRICTED = Set.of("host", "content-length");
    /// One connection pool for every step that runs inside this process.
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private final URI endpoint;
    private final S3Keys keys;
    private final Duration pause;

    public S3Client(URI endpoint, S3Keys keys, Duration pause) {
        this.endpoint = endpoint;
        this.keys = keys;
        this.pause = pause;
    }

    /// Reads `KUMIKI_S3_ENDPOINT`, `KUMIKI_S3_REGION` (default us-east-1), `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`.
    public static S3Client fromEnvironment(Map<String, String> env) {
        for (var name : java.util.List.of("KUMIKI_S3_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")) {
            if (env.getOrDefault(name, "").isBlank()) {
                throw new IllegalArgumentException("the environment variable " + name + " is missing");
            }
        }
        return new S3Client(
                URI.create(env.getOrDefault("KUMIKI_S3_ENDPOINT", "")),
                new S3Keys(
                        env.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                        env.getOrDefault("AWS_SECRET_ACCESS_KEY", ""),
                        env.getOrDefault("KUMIKI_S3_REGION", "us-east-1")),
                Duration.ofMillis(300));
    }

    @Override
    public void put(S3Uri to, byte[] bytes, String contentType) throws InterruptedException {
        var headers = Map.of("content-type", contentType);
        retried(() -> call("PUT", to, Map.of(), headers, Body.of(bytes), HttpResponse.BodyHandlers.discarding()));
    }

    /// In parts when it is large.
    @Override
    public void put(S3Uri to, Path file) throws InterruptedException {
        if (Upload.large(file)) {
            new Upload(this, to, file).run();
            return;
        }
        retried(() -> call("PUT", to, Map.of(), Map.of(), Body.of(file), HttpResponse.BodyHandlers.discarding()));
    }

    @Override
    public boolean get(S3Uri from, Path to) throws InterruptedException {
        try {
            retried(() -> download(from, to));
            return true;
        } catch (S3Failure e) {
            if (e.status() == 404) {
                return false;
            }
            throw e;
        }
    }

    private Void download(S3Uri from, Path to) throws InterruptedException {
        HttpResponse<InputStream> answer =
                call("GET", from, Map.of(), Map.of(), Body.NONE, HttpResponse.BodyHandlers.ofInputStream());
        var part = to.resolveSibling(to.getFileName() + ".kumiki-part");
        try (var in = answer.body()) {
            long bytes = Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            long announced = answer.headers().firstValueAsLong("content-length").orElse(bytes);
            if (announced != bytes) {
                throw new IOException("the answer ended after " + bytes + " of " + announced + " bytes");
            }
            Files.move(part, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return null;
        } catch (IOException e) {
            throw new S3Failure("could not download " + from + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Listing list(S3Uri prefix, @Nullable String token) throws InterruptedException {
        var query = new LinkedHashMap<String, String>();
        query.put("list-type", "2");
        query.put("prefix", prefix.key().isEmpty() ? "" : prefix.key() + "/");
        query.put("encoding-type", "url");
        if (token != null) {
            query.put("continuation-token", token);
        }
        var bucket = new S3Uri(prefix.scheme(), prefix.bucket(), "");
        return Listing.read(retried(() ->
                        call("GET", bucket, query, Map.of(), Body.NONE, HttpResponse.BodyHandlers.ofInputStream()))
                .body());
    }

    interface Call<T> {
        T run() throws InterruptedException;
    }

    <T> T retried(Call<T> call) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.run();
            } catch (S3Failure e) {
                if (attempt == TRIES || !e.retryable()) {
                    throw e;
                }
                Thread.sleep(pause.multipliedBy(attempt));
            }
        }
    }

    <T> HttpResponse<T> call(
            String method,
            S3Uri at,
            Map<String, String> query,
            Map<String, String> extra,
            Body body,
            HttpResponse.BodyHandler<T> handler)
            throws InterruptedException {
        var path = base() + "/" + at.bucket() + (at.key().isEmpty() ? "" : "/" + at.key());
        var headers = new LinkedHashMap<>(extra);
        headers.put("host", authority());
        var signed = SigV4.sign(method, path, query, headers, body.sha256(), keys, Instant.now());
        var tail = query.isEmpty() ? "" : "?" + SigV4.encodeQuery(query);
        var request = HttpRequest.newBuilder(
                        URI.create(endpoint.getScheme() + "://" + authority() + SigV4.encodePath(path) + tail))
                .method(method, body.publisher())
                .timeout(ANSWER);
        signed.forEach((k, v) -> {
            if (!RESTRICTED.contains(k)) {
                request.header(k, v);
            }
        });
        try {
            var answer = HTTP.send(request.build(), handlerOrError(handler));
            if (answer.statusCode() / 100 != 2) {
                throw new S3Failure(
                        answer.statusCode(),
                        method + " " + at + " answered " + answer.statusCode() + reason(answer.body()));
            }
            @SuppressWarnings("unchecked")
            var good = (HttpResponse<T>) answer;
            return good;
        } catch (IOException e) {
            throw new S3Failure(method + " " + at + " at " + endpoint + " got no answer: " + e, e);
        }
    }

    private static <T> HttpResponse.BodyHandler<Object> handlerOrError(HttpResponse.BodyHandler<T> good) {
        return info -> info.statusCode() / 100 == 2
                ? HttpResponse.BodySubscribers.mapping(good.apply(info), body -> (Object) body)
                : HttpResponse.BodySubscribers.mapping(
                        HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8), text -> (Object) text);
    }

    private static String reason(@Nullable Object body) {
        var text = String.valueOf(body);
        int from = text.indexOf("<Code>");
        int to = text.indexOf("</Code>");
        return from >= 0 && to > from ? " " + text.substring(from + 6, to) : "";
    }

    private String base() {
        var path = endpoint.getPath() == null ? "" : endpoint.getPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private String authority() {
        int port = endpoint.getPort();
        boolean usual =
                port < 0 || (endpoint.getScheme().toLowerCase(Locale.ROOT).equals("https") ? port == 443 : port == 80);
        return usual ? endpoint.getHost() : endpoint.getHost() + ":" + port;
    }
}
