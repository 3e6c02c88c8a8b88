package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Caller;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that are slow, silent, greedy or broken, on real sockets: each is answered or let go, and a well-behaved
/// one beside them does not notice.
class BadClientsIT {
    private static final String MAPS = "/api/v1/namespaces/kubeflow/configmaps";
    private static final WriteOptions BY = WriteOptions.by("test");

    /// A wall clock that can be set.
    private static final class Wall extends Clock {
        volatile Duration off = Duration.ZERO;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(off);
        }
    }

    @TempDir
    Path folder;

    private final Wall wall = new Wall();
    private Vertx vertx;
    private LocalCluster cluster;

    @BeforeEach
    void start() {
        start(new ApiListener.Limits(
                256 * 1024, 1 << 20, Duration.ofMinutes(1), Duration.ofMillis(1_500), Duration.ofSeconds(5)));
    }

    private void start(ApiListener.Limits limits) {
        vertx = Vertx.vertx();
        LocalClusterSettings plain = LocalClusterSettings.in(folder);
        cluster = LocalCluster.start(
                vertx,
                new LocalClusterSettings(
                        plain.folder(),
                        false,
                        plain.host(),
                        0,
                        plain.namespace(),
                        plain.names(),
                        0,
                        null,
                        wall,
                        limits));
    }

    @AfterEach
    void stop() {
        cluster.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private SSLSocket connect() throws Exception {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {new Anybody()}, null);
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", cluster.port());
        socket.setSoTimeout(20_000);
        socket.startHandshake();
        return socket;
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private String head(String method, String path, String more) {
        return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + cluster.adminToken()
                + "\r\n" + more + "\r\n";
    }

    private static void say(SSLSocket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /// Everything until the server closes.
    private static String rest(SSLSocket socket) throws IOException {
        var all = new ByteArrayOutputStream();
        try {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                all.write(buffer, 0, n);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the server keeps the connection open; so far: " + all, e);
        } catch (IOException e) {
            // A reset is a close as well.
            all.writeBytes(new byte[0]);
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private String answer(String method, String path, String headers, String body) throws Exception {
        try (SSLSocket socket = connect()) {
            try {
                say(socket, head(method, path, headers + "Connection: close\r\n") + body);
            } catch (SocketException e) {
                // The server may answer and close before it has heard everything; what it said is read all the same.
            }
            return rest(socket);
        }
    }

    private static void refused(String answer, int code) {
        assertThat(answer).startsWith("HTTP/1.1 " + code + " ");
        JsonNode status = Json.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4));
        assertThat(status.path("kind").asText()).isEqualTo("Status");
        assertThat(status.path("code").asInt()).isEqualTo(code);
    }

    @Test
    void bodiesThatAreNone() throws Exception {
        String json = "Content-Type: application/json\r\n";
        refused(answer("POST", MAPS, json + "Content-Length: 99999999999\r\n", ""), 413);
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        refused(answer("POST", MAPS, json + "Transfer-Encoding: chunked\r\n", chunk.repeat(6) + "0\r\n\r\n"), 413);
        String broken = "{\"metadata\":{\"name\":\"a\u00ff\u00fe\"}}";
        refused(answer("POST", MAPS, json + "Content-Length: " + broken.length() + "\r\n", broken), 400);
        refused(answer("POST", MAPS, "Content-Type: text/html\r\nContent-Length: 2\r\n", "{}"), 415);
        refused(answer("PATCH", MAPS + "/a", json + "Content-Length: 2\r\n", "{}"), 415);
        String deep = "[".repeat(200_000);
        refused(answer("POST", MAPS, json + "Content-Length: " + deep.length() + "\r\n", deep), 400);
        StringBuilder yaml = new StringBuilder("a0: &a0 [x,x,x,x]\n");
        for (int i = 1; i < 12; i++) {
            yaml.append("a%d: &a%d [*a%d,*a%d,*a%d,*a%d]\n".formatted(i, i, i - 1, i - 1, i - 1, i - 1));
        }
        refused(
                answer(
                        "POST",
                        MAPS,
                        "Content-Type: application/yaml\r\nContent-Length: " + yaml.length() + "\r\n",
                        yaml.toString()),
                400);
    }

    @Test
    void headsThatAreTooLarge() throws Exception {
        assertThat(answer("GET", MAPS, "X-Flood: " + "x".repeat(100_000) + "\r\n", ""))
                .doesNotContain(" 200 ");
        assertThat(answer("GET", MAPS, "X-Flood: 1\r\n".repeat(20_000), "")).doesNotContain(" 200 ");
        assertThat(answer("GET", MAPS + "?labelSelector=" + "x".repeat(40_000), "", ""))
                .contains(" 414 ");
        assertThat(answer("GET", "/version", "", "")).startsWith("HTTP/1.1 200");
    }

    @Test
    void headsAndBodiesThatNeverEnd() throws Exception {
        try (SSLSocket silent = connect();
                SSLSocket head = connect();
                SSLSocket body = connect();
                SSLSocket between = connect()) {
            say(head, "GET " + MAPS + " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
            say(body, head("POST", MAPS, "Content-Type: application/json\r\nContent-Length: 1000\r\n") + "{\"met");
            say(between, head("GET", "/version", ""));
            long start = System.nanoTime();
            assertThat(rest(silent)).isEmpty();
            assertThat(rest(head)).isEmpty();
            assertThat(rest(body)).isEmpty();
            assertThat(rest(between)).as("answered, then let go when idle").startsWith("HTTP/1.1 200");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        }
    }

    private ObjectNode map(String name, int bytes) {
        ObjectNode map = Json.object();
        map.putObject("metadata").put("name", name);
        map.putObject("data").put("fill", "x".repeat(bytes));
        return map;
    }

    private void await(String what, java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void watchersThatNeverRead() throws Exception {
        List<String> heard = new ArrayList<>();
        try (SSLSocket slow = connect();
                var quick = cluster.cluster().watch(ResourceType.CONFIG_MAPS, "kubeflow", Selection.ALL, 1, event -> {
                    synchronized (heard) {
                        heard.add(event.stored().key().name());
                    }
                })) {
            slow.setReceiveBufferSize(8_192);
            say(slow, head("GET", MAPS + "?watch=true", ""));
            await("the watch begins", () -> cluster.openStreams() == 1);
            for (int i = 0; i < 120; i++) {
                cluster.cluster().create(ResourceType.CONFIG_MAPS, "kubeflow", map("m" + i, 100_000), BY);
            }
            synchronized (heard) {
                assertThat(heard).as("nobody else waited").contains("m119");
            }
            await("the slow watch is let go", () -> cluster.openStreams() == 0);
            assertThat(quick).isNotNull();
        }
    }

    @Test
    void watchersThatLeaveOrHalfClose() throws Exception {
        List<SSLSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            SSLSocket socket = connect();
            say(socket, head("GET", MAPS + "?watch=true", ""));
            sockets.add(socket);
        }
        await("all watches begin", () -> cluster.openStreams() == 40);
        for (int i = 0; i < 40; i++) {
            if (i % 2 == 0) {
                sockets.get(i).shutdownOutput();
            } else {
                sockets.get(i).close();
            }
        }
        await("none is left", () -> cluster.openStreams() == 0);
        for (SSLSocket socket : sockets) {
            socket.close();
        }
    }

    private HttpClient http2(int connections) {
        return vertx.createHttpClient(
                new HttpClientOptions()
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setTrustAll(true)
                        .setVerifyHost(false)
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2MultiplexingLimit(250),
                new PoolOptions().setHttp2MaxSize(connections).setMaxWaitQueueSize(20_000));
    }

    private CompletableFuture<HttpClientRequest> request(HttpClient client, String path) {
        return client.request(HttpMethod.GET, cluster.port(), "127.0.0.1", path)
                .map(request -> request.putHeader("authorization", "Bearer " + cluster.adminToken()))
                .toCompletionStage()
                .toCompletableFuture();
    }

    @Test
    void tenThousandIdleWatches() throws Exception {
        stop();
        start(ApiListener.Limits.DEFAULT);
        int watches = 10_000;
        HttpClient client = http2(watches / 250);
        AtomicInteger heard = new AtomicInteger();
        CountDownLatch failed = new CountDownLatch(1);
        long before = heap();
        for (int i = 0; i < watches; i++) {
            request(client, "/api/v1/namespaces/kubeflow/secrets?watch=true")
                    .thenCompose(request -> request.send().toCompletionStage())
                    .whenComplete((response, e) -> {
                        if (e != null || response.statusCode() != 200) {
                            System.out.println("a watch failed: " + (e == null ? response.statusCode() : e));
                            failed.countDown();
                            return;
                        }
                        response.handler(chunk -> heard.incrementAndGet());
                    });
        }
        await("all watches begin", () -> cluster.openStreams() == watches || failed.getCount() == 0);
        assertThat(failed.getCount()).isOne();
        long each = (heap() - before) / watches;
        System.out.printf("%d idle watches: %d bytes of heap each, client and server together%n", watches, each);
        assertThat(each).as("bytes for an idle watch").isLessThan(40_000);
        ObjectNode secret = Json.object();
        secret.putObject("metadata").put("name", "s");
        cluster.cluster().create(ResourceType.SECRETS, "kubeflow", secret, BY);
        await("all of them hear", () -> heard.get() >= watches);
        client.close().toCompletionStage().toCompletableFuture().join();
        await("all of them end", () -> cluster.openStreams() == 0);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void requestsThatAreTakenBackAtOnce() throws Exception {
        stop();
        start(ApiListener.Limits.DEFAULT);
        HttpClient client = http2(1);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        HttpConnection connection =
                request(client, "/version").get(10, TimeUnit.SECONDS).connection();
        connection.closeHandler(gone -> closed.complete(null));
        connection.goAwayHandler(away -> closed.complete(null));
        for (int i = 0; i < 5_000 && !closed.isDone(); i++) {
            request(client, MAPS).thenAccept(request -> request.sendHead().onComplete(sent -> request.reset(8)));
        }
        closed.get(20, TimeUnit.SECONDS);
        client.close();
        assertThat(answer("GET", "/version", "", "")).startsWith("HTTP/1.1 200");
    }

    @Test
    void aClockThatJumps() throws Exception {
        var core = cluster.cluster();
        long before = core.create(ResourceType.CONFIG_MAPS, "kubeflow", map("before", 1), BY)
                .at("/metadata/resourceVersion")
                .asLong();
        String token = core.accountToken("kubeflow", "default", "", 600, "", "");
        assertThat(core.authenticate(token)).isNotNull();
        try (SSLSocket watch = connect()) {
            say(watch, head("GET", MAPS + "?watch=true&timeoutSeconds=600&resourceVersion=" + before, ""));
            await("the watch begins", () -> cluster.openStreams() == 1);
            wall.off = Duration.ofDays(2);
            assertThat(core.authenticate(token)).as("expired").isNull();
            long ahead = core.create(ResourceType.CONFIG_MAPS, "kubeflow", map("ahead", 1), BY)
                    .at("/metadata/resourceVersion")
                    .asLong();
            wall.off = Duration.ofDays(-2);
            assertThat(core.authenticate(token)).as("not yet valid").isNull();
            JsonNode back = core.create(ResourceType.CONFIG_MAPS, "kubeflow", map("back", 1), BY);
            assertThat(back.at("/metadata/resourceVersion").asLong()).isGreaterThan(ahead);
            assertThat(Instant.parse(back.at("/metadata/creationTimestamp").asText()))
                    .isBefore(Instant.now());
            wall.off = Duration.ZERO;
            Caller caller = core.authenticate(token);
            assertThat(caller).as("valid again").isNotNull();
            byte[] buffer = new byte[65_536];
            StringBuilder all = new StringBuilder();
            while (!all.toString().contains("\"back\"")) {
                all.append(new String(buffer, 0, watch.getInputStream().read(buffer), StandardCharsets.UTF_8));
            }
            assertThat(all).contains("\"ahead\"");
            assertThat(cluster.openStreams()).as("the watch does not care").isOne();
        }
    }
}
