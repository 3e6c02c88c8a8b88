package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.runtime.work.Backoff;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ObjectFeedTest {
    private static final class Seen implements ObjectFeed.Sink {
        final CountDownLatch second = new CountDownLatch(1);
        final CountDownLatch gone = new CountDownLatch(1);

        @Override
        public void seen(JsonNode object) {
            if (object.at("/metadata/name").asText().equals("second")) {
                second.countDown();
            }
        }

        @Override
        public void gone(String key) {
            gone.countDown();
        }
    }

    private static void send(HttpExchange exchange, String text) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }

    private static HttpServer server(com.sun.net.httpserver.HttpHandler handler) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", handler);
        server.start();
        return server;
    }

    private static ObjectFeed feed(HttpServer server, ObjectFeed.Sink sink, Duration longest) {
        var config = new ConfigBuilder()
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .build();
        var backoff = new Backoff(Duration.ofMillis(10), Duration.ofMillis(50), new SplittableRandom(1));
        var api = new KubeApi(new KubernetesClientBuilder().withConfig(config).build());
        return new ObjectFeed(api, "/things", "", sink, backoff, longest, new HashSet<>());
    }

    @Test
    void aWatchWhoseServerIsGoneWithoutAWordIsOpenedAnew() throws Exception {
        var watches = new AtomicInteger();
        HttpServer server = server(exchange -> {
            String query = exchange.getRequestURI().getQuery();
            if (query == null || !query.contains("watch")) {
                send(exchange, "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
                exchange.close();
            } else if (watches.incrementAndGet() == 1) {
                send(exchange, "");
            } else {
                send(exchange, """
                        {"type":"ADDED","object":{"metadata":{"name":"second","resourceVersion":"2"}}}
                        """);
            }
        });
        var seen = new Seen();
        try (var feed = feed(server, seen, Duration.ofMillis(300))) {
            assertThat(seen.second.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(feed).isNotNull();
        } finally {
            server.stop(0);
        }
    }

    /// As at the beginning, but for what has gone meanwhile.
    @Test
    void whatIsReadAgainIsAlsoWhatIsGone() throws Exception {
        var lists = new AtomicInteger();
        HttpServer server = server(exchange -> {
            String query = exchange.getRequestURI().getQuery();
            if (query != null && query.contains("watch")) {
                send(exchange, "");
                return;
            }
            send(
                    exchange,
                    lists.incrementAndGet() == 1
                            ? "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[{\"metadata\":{\"name\":\"first\"}}]}"
                            : "{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[{\"metadata\":{\"name\":\"second\"}}]}");
            exchange.close();
        });
        var seen = new Seen();
        try (var feed = feed(server, seen, ObjectFeed.LONGEST)) {
            feed.awaitList();
            assertThat(seen.gone.getCount()).isEqualTo(1);
            try (var again = feed.again()) {
                again.awaitList();
                assertThat(seen.gone.getCount()).isZero();
                assertThat(seen.second.getCount()).isZero();
            }
        } finally {
            server.stop(0);
        }
    }
}
