package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.model.Json;
import io.kumiki.planner.Decision;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.Standing;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is written of usage, by whom, and how often, at a server that fails at first.
class QuotaNotesIT {
    private static final String GPU = "nvidia.com/gpu";

    private record Write(String path, JsonNode patch, long nanos) {}

    private final LinkedBlockingQueue<Write> writes = new LinkedBlockingQueue<>();
    private final AtomicInteger faults = new AtomicInteger();
    private HttpServer server;
    private KubernetesClient client;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/", exchange -> {
            JsonNode patch = Json.parse(exchange.getRequestBody().readAllBytes());
            writes.add(new Write(exchange.getRequestURI().getPath(), patch, System.nanoTime()));
            boolean fault = faults.getAndDecrement() > 0;
            ObjectNode answer = quota("team");
            answer.withObject("/status").setAll((ObjectNode) patch.path("status"));
            byte[] body = Json.bytes(fault ? Json.object().put("message", "busy") : answer);
            exchange.sendResponseHeaders(fault ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    private static ObjectNode quota(String name) {
        ObjectNode quota = Json.object();
        quota.putObject("metadata").put("name", name).put("uid", "uid-" + name);
        quota.putObject("status").putArray("conditions").addObject().put("type", "Accepted");
        return quota;
    }

    private QuotaNotes notes(boolean leads) {
        var api = new KubeApi(client);
        var clock = InstantSource.system();
        return new QuotaNotes(api, clock, new Leadership(api, "kube-system", "test", leads, clock));
    }

    private static void tell(QuotaNotes notes, long sequence, long gpus) {
        var usage = new TreeMap<>(Map.of("team", Amounts.of(GPU, gpus)));
        notes.tell(new Decision.Publish("team", 0, sequence, usage, List.of()));
    }

    private static void begin(QuotaNotes notes) {
        notes.seen("team", quota("team"));
        notes.hold(List.of(new QuotaNode("team", null, Amounts.of(GPU, 8), null)));
    }

    private Write next() throws InterruptedException {
        Write write = writes.poll(30, TimeUnit.SECONDS);
        assertThat(write).as("a write").isNotNull();
        return write;
    }

    @Test
    void whatFailsIsWrittenLaterAndNoMoreOftenThanInFiveSeconds() throws InterruptedException {
        faults.set(1);
        try (QuotaNotes notes = notes(true)) {
            begin(notes);
            tell(notes, 1, 3);
            Write failed = next();
            tell(notes, 2, 12);
            Write write = next();
            assertThat(write.path()).isEqualTo("/apis/kumiki.io/v1alpha1/tenantquotas/team/status");
            assertThat(write.patch())
                    .isEqualTo(Json.parse("{\"metadata\":{\"uid\":\"uid-team\"},\"status\":"
                            + "{\"used\":{\"nvidia.com/gpu\":\"12\"},\"borrowed\":{\"nvidia.com/gpu\":\"4\"}}}"));
            assertThat(Duration.ofNanos(write.nanos() - failed.nanos()))
                    .isGreaterThanOrEqualTo(UsageNotes.PACE.minusMillis(100));
        }
    }

    /// It was told first: what it would write came first, too.
    @Test
    void whoeverDoesNotLeadWritesNothing() throws InterruptedException {
        try (QuotaNotes deposed = notes(false);
                QuotaNotes leader = notes(true)) {
            begin(deposed);
            deposed.settle(List.of(new Standing("team", null, List.of(), true, "InTree", "deposed")));
            tell(deposed, 1, 7);
            begin(leader);
            tell(leader, 1, 3);
            assertThat(next().patch().at("/status/used/nvidia.com~1gpu").asText())
                    .isEqualTo("3");
            assertThat(writes).isEmpty();
        }
    }
}
