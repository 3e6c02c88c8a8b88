package io.kumiki.localcluster;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Caller;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.PodConnection;
import io.kumiki.kube.PodLogs;
import io.kumiki.kube.PodSessions;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Tokens;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.AdmissionPolicy;
import io.kumiki.localcluster.api.AccountTokens;
import io.kumiki.localcluster.api.ApiListener;
import io.kumiki.localcluster.api.Credentials;
import io.kumiki.localcluster.api.Hosts;
import io.kumiki.localcluster.api.HttpsWebhooks;
import io.kumiki.localcluster.api.KubeconfigFile;
import io.kumiki.localcluster.api.Mounts;
import io.kumiki.localcluster.api.SqliteJournal;
import io.kumiki.model.Json;
import io.kumiki.runtime.http.identity.Identity;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// An embedded Kubernetes API server: cluster, journal and TLS listener. Scheduler, node agent and simulated nodes
/// are its clients through
/// {@link #cluster()}; the node agent also gives it {@link #podLogs}.
public final class LocalCluster implements AutoCloseable {
    /// How many changes a watch or a page may be behind.
    public static final int WINDOW = 16_384;
    private static final long FOLLOW_MILLIS = 10_000;

    private final Vertx vertx;
    private final LocalClusterSettings settings;
    private final OwnService own;
    private final FutureTask<Credentials> keys;
    private final FutureTask<AccountTokens> tokens;
    private final Journal journal;
    private final Cluster cluster;
    private final Mounts mounts = new Mounts();
    private final ApiListener listener;
    private final HttpsWebhooks webhooks;
    private volatile PodLogs logs = PodLogs.none();
    private volatile PodSessions sessions = PodSessions.none();
    private @Nullable ControllerLoop controllers;
    private int port;
    private long timer;

    private LocalCluster(Vertx vertx, LocalClusterSettings settings) {
        this.vertx = vertx;
        this.settings = settings;
        this.webhooks = new HttpsWebhooks(vertx);
        this.own = OwnService.of(settings.folder());
        this.journal = settings.durable()
                ? new SqliteJournal(settings.folder().resolve("cluster.db"), settings.freeFloor())
                : Journal.memory();
        this.keys = new FutureTask<>(() -> Credentials.in(
                settings.folder(), names(settings, own), settings.clock().instant(), settings.durable()));
        this.tokens = new FutureTask<>(() -> {
            keys();
            return new AccountTokens(Credentials.accountKey(settings.folder()));
        });
        // The first key of a JVM takes about as long as the cluster itself: they are made side by side.
        beside("kube-keys", keys);
        this.cluster = new Cluster(clusterSettings(), journal);
        this.listener = new ApiListener(
                vertx,
                cluster,
                this::caller,
                (order, sink) -> logs.stream(order, sink),
                new SessionsOfNode(),
                mounts,
                Hosts.LOCAL.and(own.address()),
                settings.limits(),
                this::keys);
    }

    private static void beside(String name, Runnable work) {
        Thread.ofPlatform().daemon().name(name).start(work);
    }

    /// Blocks until the port is open, the kubeconfig is written and the first namespaces are there.
    ///
    /// @param policies what every write passes, from the first one on
    public static LocalCluster start(Vertx vertx, LocalClusterSettings settings, AdmissionPolicy... policies) {
        // Reader and writer of JSON are loaded while keys and kinds are made.
        beside("kube-json", () -> Json.bytes(Json.parse("{}")));
        LocalCluster made = new LocalCluster(vertx, settings);
        List.of(policies).forEach(made.cluster::admit);
        try {
            made.open();
        } catch (RuntimeException | IOException e) {
            ControllerLoop loop = made.controllers;
            if (loop != null) {
                loop.close();
            }
            made.listener.close();
            made.journal.close();
            throw e instanceof RuntimeException fault ? fault : new IllegalStateException(e.getMessage(), e);
        }
        return made;
    }

    private Credentials keys() {
        return of(keys);
    }

    /// The key that signs is made by whoever needs the first token.
    private AccountTokens tokens() {
        tokens.run();
        return of(tokens);
    }

    private <T> T of(FutureTask<T> made) {
        try {
            return made.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the keys in " + settings.folder().resolve("pki") + " cannot be used: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the start was interrupted", e);
        }
    }

    private void open() throws IOException {
        // The port is opened while the cluster gets what every cluster has; until it is whole, requests wait.
        var opening = CompletableFuture.supplyAsync(
                () -> listener.listen(settings.host(), settings.port()), work -> beside("kube-port", work));
        try {
            cluster.resume();
            for (String name : List.of("default", "kube-system", settings.namespace())) {
                ensureNamespace(name);
            }
        } finally {
            // Nobody may close what is still being opened.
            opening.handle((opened, failure) -> failure).join();
        }
        port = opening.join();
        own.ensure(cluster, settings.host(), port);
        if (Credentials.hasAccountKey(settings.folder())) {
            tokens();
        }
        timer = vertx.setPeriodic(
                FOLLOW_MILLIS, now -> Thread.ofVirtual().name("kube-follow").start(cluster::follow));
        KubeconfigFile.write(kubeconfig(), url(), keys().authorityPem(), keys().adminToken(), settings.namespace());
        listener.serve();
        controllers = ControllerLoop.start(cluster, settings.clock());
    }

    private void ensureNamespace(String name) {
        if (cluster.get(ResourceType.NAMESPACES, "", name) != null) {
            return;
        }
        var namespace = Json.object();
        namespace.putObject("metadata").put("name", name);
        try {
            cluster.create(ResourceType.NAMESPACES, "", namespace, WriteOptions.by("kumiki"));
        } catch (ApiFault fault) {
            if (fault.code() != 409) {
                throw fault;
            }
        }
    }

    private static List<String> names(LocalClusterSettings settings, OwnService own) {
        List<String> names = new ArrayList<>(List.of(
                "127.0.0.1",
                "::1",
                "localhost",
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
                own.address()));
        settings.names().stream().filter(name -> !names.contains(name)).forEach(names::add);
        return List.copyOf(new java.util.LinkedHashSet<>(names));
    }

    private ClusterSettings clusterSettings() {
        SecureRandom random = new SecureRandom();
        return new ClusterSettings(
                settings.clock()::instant,
                () -> UUID.randomUUID().toString(),
                n -> random.ints(n, 0, 27).toArray(),
                Tokens.later(this::tokens),
                webhooks,
                this::authorityPem,
                WINDOW);
    }

    /// Who shows this token: the administrator or a service account; `null` for nobody known.
    public @Nullable Caller caller(String token) {
        byte[] given = token.getBytes(StandardCharsets.UTF_8);
        if (MessageDigest.isEqual(given, keys().adminToken().getBytes(StandardCharsets.UTF_8))) {
            return Caller.administrator();
        }
        return cluster.authenticate(token);
    }

    /// The same for surfaces mounted on this port.
    public Identity identity() {
        return request -> {
            String header = request.getHeader("authorization");
            if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
                return null;
            }
            Caller known = caller(header.substring(7).strip());
            return known == null
                    ? null
                    : new io.kumiki.runtime.http.Caller(known.name(), new HashSet<>(known.groups()));
        };
    }

    public Cluster cluster() {
        return cluster;
    }

    public int port() {
        return port;
    }

    public String url() {
        return "https://127.0.0.1:" + port;
    }

    public Path kubeconfig() {
        Path chosen = settings.kubeconfig();
        return chosen == null ? settings.folder().resolve("kubeconfig") : chosen;
    }

    /// How many answers go on at the moment: watches and followed logs.
    public int openStreams() {
        return listener.openStreams();
    }

    /// The CA that clients must trust.
    public String authorityPem() {
        return keys().authorityPem();
    }

    public String adminToken() {
        return keys().adminToken();
    }

    /// From now on logs come from here.
    public void podLogs(PodLogs source) {
        logs = source;
    }

    /// From now on exec, attach and forwarded ports lead here.
    public void podSessions(PodSessions source) {
        sessions = source;
    }

    /// Whichever node agent there is when a connection is asked for.
    private final class SessionsOfNode implements PodSessions {
        @Override
        public void check(PodConnection order) {
            sessions.check(order);
        }

        @Override
        public Session exec(PodConnection.Exec order) throws IOException {
            return sessions.exec(order);
        }

        @Override
        public Session attach(PodConnection.Attach order) throws IOException {
            return sessions.attach(order);
        }

        @Override
        public Session connect(PodConnection.PortForward order, int port) throws IOException {
            return sessions.connect(order, port);
        }
    }

    /// Another surface on this port.
    ///
    /// @param prefix whole segments; one in braces stands for any: `/api/v1/namespaces/{ns}/services/x/proxy`
    /// @param handler gets every request below it and authenticates it itself, see {@link #identity()}
    public void mount(String prefix, Handler<HttpServerRequest> handler) {
        mounts.add(prefix, handler);
    }

    /// Ends controllers and watches, closes the port, writes what waits.
    @Override
    public void close() {
        vertx.cancelTimer(timer);
        ControllerLoop loop = controllers;
        if (loop != null) {
            loop.close();
        }
        listener.close();
        webhooks.close();
        journal.close();
    }
}
