package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Listed;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.model.Json;
import io.kumiki.runtime.tls.Pem;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of the whole server (TLS, HTTP, controllers, journal) while clients write over HTTPS: what a client was
/// answered is found by the next server. The many kills are {@link JournalKillsIT}'s.
class ServerKillsIT {
    private static final int KILLS = 6;
    private static final int CLIENTS = 4;
    private static final int MOST_WRITES = 120;

    @TempDir
    Path folder;

    private final AcknowledgedWrites told = new AcknowledgedWrites();

    static final class Server {
        private Server() {}

        public static void main(String[] arguments) {
            var cluster = LocalCluster.start(
                    Vertx.vertx(),
                    LocalClusterSettings.in(Path.of(arguments[0])).freeFloor(0));
            System.out.println("ready " + cluster.url());
        }
    }

    /// A started server and a client of it.
    private record Running(Process process, String url, HttpClient client, String token) {
        HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
            var request = HttpRequest.newBuilder(URI.create(url + "/api/v1/namespaces/kubeflow/configmaps" + path))
                    .header("authorization", "Bearer " + token)
                    .header("content-type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void whatAClientWasAnsweredIsFoundByTheNextServer() throws Exception {
        var random = new SplittableRandom(20261130);
        for (int round = 0; round <= KILLS; round++) {
            Running server = start();
            try {
                told.check("round " + round, list(server));
                if (round < KILLS) {
                    writeUntilKilled(server, round, random.nextInt(10, MOST_WRITES));
                }
            } finally {
                server.process().destroyForcibly().waitFor();
            }
        }
        System.out.printf("%d kills of the server: %d acknowledged writes, all found%n", KILLS, told.writes());
        assertThat(told.writes()).isGreaterThan(KILLS * 10);
    }

    private void writeUntilKilled(Running server, int round, int after) throws Exception {
        var enough = new CountDownLatch(after);
        List<Future<Integer>> ended = new ArrayList<>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int c = 0; c < CLIENTS; c++) {
                String prefix = "c" + c + "-" + round + ".";
                ended.add(clients.submit(() -> write(server, prefix, enough)));
            }
            assertThat(enough.await(1, TimeUnit.MINUTES)).isTrue();
            server.process().toHandle().destroyForcibly();
            for (Future<Integer> each : ended) {
                assertThat(each.get()).isPositive();
            }
        }
    }

    /// Creates, changes and sometimes deletes until the server is gone.
    private int write(Running server, String prefix, CountDownLatch enough) throws InterruptedException {
        for (int turn = 0; ; turn++) {
            try {
                String name = prefix + turn / 3;
                String value = "v" + turn;
                String body = map(name, value);
                switch (turn % 3) {
                    case 0 -> {
                        JsonNode made = answered(server.send("POST", "", body), 201);
                        synchronized (told) {
                            told.created(name, revision(made), uid(made), value);
                        }
                    }
                    case 1 -> {
                        JsonNode made = answered(server.send("PUT", "/" + name, body), 200);
                        synchronized (told) {
                            told.changed(name, revision(made), uid(made), value);
                        }
                    }
                    default -> {
                        if (turn % 2 == 0) {
                            String uid = uid(answered(server.send("GET", "/" + name, ""), 200));
                            answered(server.send("DELETE", "/" + name, ""), 200);
                            synchronized (told) {
                                told.deleted(name, uid);
                            }
                        }
                    }
                }
                enough.countDown();
            } catch (IOException gone) {
                return turn;
            }
        }
    }

    private static JsonNode answered(HttpResponse<String> answer, int code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(code);
        return Json.parse(answer.body());
    }

    private static long revision(JsonNode object) {
        return object.at("/metadata/resourceVersion").asLong();
    }

    private static String uid(JsonNode object) {
        return object.at("/metadata/uid").asText();
    }

    private static String map(String name, String value) {
        ObjectNode map = Json.object();
        map.putObject("metadata").put("name", name);
        map.putObject("data").put("turn", value);
        return Json.write(map);
    }

    private static Listed list(Running server) throws Exception {
        JsonNode list = answered(server.send("GET", "", ""), 200);
        List<ObjectNode> items = new ArrayList<>();
        for (JsonNode item : list.path("items")) {
            if (item.at("/metadata/name").asText().startsWith("c")) {
                items.add((ObjectNode) item);
            }
        }
        return new Listed(list.at("/metadata/resourceVersion").asLong(), items);
    }

    private Running start() throws Exception {
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Server.class.getName(),
                        folder.toString())
                .redirectError(errors.toFile())
                .start();
        // Not closed: the process would be told.
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null && !line.startsWith("ready ")) {
            line = lines.readLine();
        }
        assertThat(line).as(Files.readString(errors)).isNotNull();
        return new Running(
                process,
                line.substring("ready ".length()),
                HttpClient.newBuilder().sslContext(trusting()).build(),
                Files.readString(folder.resolve("kubernetes.token")).strip());
    }

    private SSLContext trusting() throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        store.setCertificateEntry("ca", Pem.certificate(folder.resolve("pki").resolve("ca.crt")));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
