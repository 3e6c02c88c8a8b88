package io.kumiki.runtime.http;

import static io.kumiki.runtime.http.Permission.ANYONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StaticFilesIT {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpListener listener;

    @BeforeEach
    void serve() {
        Routes page = new Routes("", new ProblemRenderer())
                .get("/{path*}", ANYONE, new StaticFiles(StaticFilesIT.class.getClassLoader(), "webroot"));
        Routes api = new Routes("/api/v1", new ProblemRenderer()).get("/x", ANYONE, r -> Answer.text(200, "api"));
        listener = HttpListener.on(vertx, request -> null).serve(page, api).listen("127.0.0.1", 0);
    }

    @AfterEach
    void stop() {
        listener.close();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private HttpResponse<String> get(String path, String encodings) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
                        .header("Accept-Encoding", encodings)
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void thePageIsTheAnswerToItsOwnRoutes() throws Exception {
        for (String path : new String[] {"/", "/index.html", "/runs/7", "/runs?state=FAILED"}) {
            var page = get(path, "identity");
            assertThat(page.body()).as(path).contains("<title>page");
            assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                    .contains("script-src 'self';", "frame-ancestors 'none'");
            assertThat(page.headers().firstValue("cache-control")).hasValue("no-cache");
        }
        assertThat(get("/api/v1/x", "identity").body()).isEqualTo("api");
        assertThat(get("/api/v1/unknown", "identity").statusCode())
                .as("a missing call is no page")
                .isEqualTo(404);
        assertThat(get("/api/v10", "identity").statusCode())
                .as("only whole segments are claimed")
                .isEqualTo(200);
    }

    @Test
    void hashedFilesStayAndComeCompressed() throws Exception {
        var best = get("/assets/app-AbCd1234.js", "gzip, br");
        assertThat(best.body()).isEqualTo("br");
        assertThat(best.headers().firstValue("content-encoding")).hasValue("br");
        assertThat(best.headers().firstValue("cache-control")).hasValue("public, max-age=31536000, immutable");
        assertThat(get("/assets/app-AbCd1234.js", "gzip").body()).isEqualTo("gz");
        assertThat(get("/assets/app-AbCd1234.js", "identity").body()).isEqualTo("plain");
    }

    @Test
    void nothingElseOfTheClassPathIsServed() throws Exception {
        for (String path : new String[] {
            "/assets/missing.js",
            "/../logback-test.xml",
            "/%2e%2e/logback-test.xml",
            "/..%2flogback-test.xml",
            "/assets/..%5c..%5clogback-test.xml"
        }) {
            assertThat(get(path, "identity").statusCode()).as(path).isEqualTo(404);
        }
    }
}
