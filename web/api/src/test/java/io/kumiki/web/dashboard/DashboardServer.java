package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Decided;
import io.kumiki.planner.Decision;
import io.kumiki.planner.Past;
import io.kumiki.planner.Sample;
import io.kumiki.planner.Scene;
import io.kumiki.quota.Standing;
import io.kumiki.runtime.http.Caller;
import io.kumiki.runtime.http.Guard;
import io.kumiki.runtime.http.HttpListener;
import io.kumiki.runtime.http.Routes;
import io.kumiki.runtime.http.identity.BearerToken;
import io.kumiki.runtime.http.identity.Identity;
import io.kumiki.runtime.http.identity.Tickets;
import io.kumiki.runtime.yaml.Yaml;
import io.kumiki.store.Store;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.web.dashboard.log.LiveLogs;
import io.kumiki.web.kfp.ImageCheck;
import io.kumiki.web.kfp.KfpApi;
import io.kumiki.web.kfp.KfpPorts;
import io.kumiki.web.kfp.KfpSettings;
import io.kumiki.web.kfp.LauncherConfig;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// The dashboard's surface on a real socket over an in-memory store. No run loop: runs stay as the test leaves
/// them.
final class DashboardServer implements AutoCloseable {
    static final String TOKEN = "test-token";

    /// A cluster and pods that say what the test tells them to.
    static final class Fake implements ClusterView, LiveLogs {
        volatile List<NodeRow> nodes = List.of(new NodeRow("local", true, false, 0));
        final CountDownLatch watched = new CountDownLatch(1);
        volatile Runnable changed = () -> {};
        volatile LiveLogs logs = (namespace, pod, follow) -> Optional.empty();

        @Override
        public List<NamespaceRow> namespaces() {
            return List.of(new NamespaceRow("default", "Active"), new NamespaceRow("kubeflow", "Active"));
        }

        @Override
        public List<NodeRow> nodes() {
            return nodes;
        }

        volatile Map<String, ObjectNode> objects = Map.of();

        @Override
        public Optional<ObjectNode> object(String path) {
            return Optional.ofNullable(objects.get(path));
        }

        @Override
        public AutoCloseable onChange(Runnable callback) {
            changed = callback;
            watched.countDown();
            return () -> changed = () -> {};
        }

        @Override
        public Optional<InputStream> open(String namespace, String pod, boolean follow) throws IOException {
            return logs.open(namespace, pod, follow);
        }
    }

    final Store store = Store.memory();
    final ObjectStorage objects;
    final Fake cluster = new Fake();
    /// What the planner's mirror shows; null for not yet.
    volatile @Nullable Scene scene;

    volatile List<Standing> quotas = List.of();
    volatile Decision.@Nullable Publish usage;
    volatile List<Sample> samples = List.of();
    volatile Decided.@Nullable Page page;

    /// How things stood, whenever it is asked about; null for no log.
    volatile @Nullable Past past;

    volatile @Nullable Instant reach;
    volatile Guard guard = Guard.singleUser();
    final List<Runnable> listening = new CopyOnWriteArrayList<>();

    final Scheduling scheduling = new Scheduling() {
        @Override
        public AutoCloseable onChange(Runnable changed) {
            listening.add(changed);
            return () -> listening.remove(changed);
        }

        @Override
        public Optional<Scene> scene() {
            return Optional.ofNullable(scene);
        }

        @Override
        public List<Standing> quotas() {
            return quotas;
        }

        @Override
        public Optional<Decision.Publish> usage(String tree) {
            return Optional.ofNullable(usage).filter(told -> told.tree().equals(tree));
        }

        @Override
        public Optional<Scene> forecast() {
            return scene();
        }

        @Override
        public List<Sample> history(long from, long to, int points) {
            return samples.stream()
                    .filter(s -> s.second() >= from && s.second() <= to)
                    .limit(points)
                    .toList();
        }

        @Override
        public Optional<Decided.Page> decisions(Decided.Wanted wanted, @Nullable String token) {
            if (token != null) {
                throw new IllegalArgumentException("'" + token + "' is no page token");
            }
            Decided.Page all = page;
            return all == null
                    ? Optional.empty()
                    : Optional.of(new Decided.Page(
                            all.rows().stream().filter(wanted::fits).toList(), all.next()));
        }

        @Override
        public Optional<Past> at(Instant time) {
            return Optional.ofNullable(past);
        }

        @Override
        public Optional<Instant> reach() {
            return Optional.ofNullable(reach);
        }
    };
    final Tickets tickets = new Tickets();
    final KfpApi kfp;
    final List<Routes> routes;
    final HttpClient http = HttpClient.newHttpClient();
    private final Vertx vertx = Vertx.vertx();
    private final DashboardApi api;
    private final HttpListener listener;

    DashboardServer(Path folder) {
        this(folder, images -> List.of());
    }

    DashboardServer(Path folder, ImageCheck images) {
        objects = DiskObjects.open(folder);
        objects.createBucket("mlpipeline");
        kfp = new KfpApi(
                KfpSettings.of("kubeflow", "test", "0"),
                store,
                new KfpPorts(
                        images,
                        (run, task, follow) -> Optional.empty(),
                        namespace -> LauncherConfig.FACTORY_ROOT,
                        objects),
                InstantSource.system(),
                UUID::randomUUID);
        var settings = new DashboardSettings(
                "kubeflow", "0.1.0", null, "laptop", "plain", Instant.EPOCH, DashboardSettings.CAPABILITIES, Map::of);
        var ports = new DashboardPorts(
                objects,
                images,
                all -> List.of(),
                kfp::start,
                cluster,
                cluster,
                List.of(example()),
                scheduling,
                (caller, permission, namespace) -> guard.allows(caller, permission, namespace),
                tickets,
                TOKEN);
        api = new DashboardApi(settings, store, ports, InstantSource.system(), UUID::randomUUID);
        routes = api.routes();
        listener = HttpListener.on(vertx, Identity.firstOf(new BearerToken(TOKEN, Caller.ADMINISTRATOR), tickets))
                .guard((caller, permission, namespace) -> guard.allows(caller, permission, namespace))
                .serve(routes.toArray(Routes[]::new))
                .serve(kfp.routes().toArray(Routes[]::new))
                .listen("127.0.0.1", 0);
    }

    static Example example() {
        return new Example(
                "hello",
                new Example.Words("Hello", "こんにちは"),
                new Example.Words("Says hello", "挨拶します"),
                "print('hello')\n",
                Specs.chain());
    }

    int port() {
        return listener.port();
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + TOKEN);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Below /api/v1; the status must be the one given, the body must fit the contract.
    JsonNode get(int status, String path) {
        return checked("GET", path, send(to("/api/v1" + path)), status);
    }

    JsonNode post(int status, String path, String json) {
        return checked("POST", path, send(to("/api/v1" + path).POST(BodyPublishers.ofString(json))), status);
    }

    JsonNode delete(int status, String path) {
        return checked("DELETE", path, send(to("/api/v1" + path).DELETE()), status);
    }

    private static JsonNode checked(String method, String path, HttpResponse<String> response, int status) {
        if (response.statusCode() != status) {
            throw new AssertionError(method + " " + path + " answered " + response.statusCode() + " instead of "
                    + status + ": " + response.body());
        }
        String type = response.headers().firstValue("content-type").orElse("");
        if (!type.contains("json")) {
            return com.fasterxml.jackson.databind.node.TextNode.valueOf(response.body());
        }
        JsonNode body = Json.parse(response.body());
        List<String> misfits = Contract.INSTANCE.misfits(method, path.replaceFirst("[?].*", ""), status, body);
        if (!misfits.isEmpty()) {
            throw new AssertionError(
                    method + " " + path + " does not fit the contract: " + misfits + "\n" + body.toPrettyString());
        }
        return body;
    }

    /// A pipeline as the SDK uploads it; the answer's pipeline id and version id.
    List<String> upload(String name, JsonNode spec) {
        String boundary = "b0undary";
        String body =
                "--" + boundary + "\r\nContent-Disposition: form-data; name=\"uploadfile\"; filename=\"p.yaml\"\r\n\r\n"
                        + Yaml.write(spec) + "\r\n--" + boundary + "--\r\n";
        var response = send(to("/apis/v2beta1/pipelines/upload?name=" + name)
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.ofString(body)));
        if (response.statusCode() != 200) {
            throw new AssertionError(response.body());
        }
        String pipeline = Json.parse(response.body()).path("pipeline_id").asText();
        String version = store.read(tx -> tx.versions().latest(pipeline)).id();
        return new ArrayList<>(List.of(pipeline, version));
    }

    @Override
    public void close() {
        listener.close();
        api.close();
        http.shutdownNow();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        store.close();
        objects.close();
    }
}
