package io.kumiki.runtime.telemetry;

import static io.kumiki.runtime.http.Permission.ANYONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Caller;
import io.kumiki.runtime.http.HttpListener;
import io.kumiki.runtime.http.OperatorRoutes;
import io.kumiki.runtime.http.ProblemRenderer;
import io.kumiki.runtime.http.Routes;
import io.kumiki.runtime.http.identity.BearerToken;
import io.kumiki.runtime.life.Health;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collection;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TelemetryIT {
    private static final class Kept implements SpanExporter {
        final LinkedBlockingQueue<SpanData> spans = new LinkedBlockingQueue<>();

        @Override
        public CompletableResultCode export(Collection<SpanData> more) {
            spans.addAll(more);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    @SuppressWarnings("try") // closing is what is tested
    @Test
    void requestsAreMeasuredAndTracedIntoTheHandler() throws Exception {
        Kept kept = new Kept();
        AtomicReference<String> problem = new AtomicReference<>("still starting");
        Health health = new Health();
        health.ready("store", problem::get);
        try (Telemetry telemetry = Telemetry.start("test", kept);
                HttpClient client = HttpClient.newHttpClient()) {
            var vertx = telemetry.vertx(new VertxOptions());
            Routes routes = new Routes("/api", new ProblemRenderer())
                    .get(
                            "/trace/{x}",
                            ANYONE,
                            r -> Answer.text(
                                    200,
                                    r.traceId() + " "
                                            + Span.current().getSpanContext().getTraceId()));
            try (var listener = HttpListener.on(vertx, new BearerToken("t", Caller.ADMINISTRATOR))
                    .telemetry(telemetry.api())
                    .serve(routes, OperatorRoutes.of(health, telemetry::metrics))
                    .listen("127.0.0.1", 0)) {
                String root = "http://127.0.0.1:" + listener.port();
                String[] ids = get(client, root + "/api/trace/1").split(" ");
                assertThat(ids[1]).isEqualTo(ids[0]).matches("[0-9a-f]{32}").isNotEqualTo("0".repeat(32));
                assertThat(get(client, root + "/readyz")).isEqualTo("store: still starting\n");
                problem.set(null);
                assertThat(get(client, root + "/readyz")).isEqualTo("ok\n");
                assertThat(get(client, root + "/metrics"))
                        .contains("# TYPE http_server_request_duration_seconds histogram")
                        .contains(
                                "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_response_status_code=\"200\",http_route=\"/api/trace/{x}\"}"
                                        + " 1")
                        .contains("le=\"+Inf\"")
                        .containsPattern("process_memory_resident_bytes \\d{7,}")
                        .contains("# TYPE process_cpu_seconds_total counter");
                telemetry.close();
                SpanData span = kept.spans.poll(10, TimeUnit.SECONDS);
                assertThat(span).isNotNull();
                assertThat(span.getTraceId()).isEqualTo(ids[0]);
            } finally {
                vertx.close().toCompletionStage().toCompletableFuture().join();
            }
        }
    }

    private static String get(HttpClient client, String uri) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(uri))
                                .header("Authorization", "Bearer t")
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }
}
