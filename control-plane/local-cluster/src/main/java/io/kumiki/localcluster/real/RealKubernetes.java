package io.kumiki.localcluster.real;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.api.Credentials;
import io.kumiki.localcluster.api.KubeconfigFile;
import io.kumiki.localcluster.bench.Endpoint;
import io.kumiki.localcluster.bench.Wire;
import io.kumiki.model.Json;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// etcd (without fsync, unless it is wanted) and kube-apiserver on free ports of loopback; kube-controller-manager and
/// kube-scheduler when
/// asked for. Nodes are objects only: no kubelet runs. All processes end with it, or with this JVM.
public final class RealKubernetes implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;
    private static final List<String> COMPONENTS = List.of("system:kube-controller-manager", "system:kube-scheduler");

    /// @param memory soft limit of each Go heap, like `700MiB`; empty for none
    /// @param flags further flags of kube-apiserver
    /// @param synced whether etcd syncs every write, as it does by itself
    public record Settings(String memory, List<String> flags, boolean synced) {
        public Settings(String memory, List<String> flags) {
            this(memory, flags, false);
        }
    }

    private final KubernetesPrograms programs;
    private final Path folder;
    private final Settings settings;
    private final Credentials keys;
    private final ConcurrentLinkedDeque<Process> running = new ConcurrentLinkedDeque<>();
    private final Thread hook = new Thread(this::kill, "end-real-kubernetes");
    private final int port;
    private final Process store;
    private final Process server;
    private final int clients;

    private RealKubernetes(KubernetesPrograms programs, Path folder, Settings settings)
            throws IOException, GeneralSecurityException {
        this.programs = programs;
        this.folder = Files.createDirectories(folder);
        this.settings = settings;
        this.keys = Credentials.in(folder, List.of("127.0.0.1", "localhost", "kubernetes.default.svc"), Instant.now());
        Runtime.getRuntime().addShutdownHook(hook);
        clients = freePort();
        port = freePort();
        try {
            files();
            store = etcd(freePort());
            server = apiserver();
            awaitReady();
            KubeconfigFile.write(kubeconfig(), url(), authorityPem(), token(), "default");
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Blocks until the API server is ready. Needs `etcd` and `kube-apiserver`.
    public static RealKubernetes start(KubernetesPrograms programs, Path folder, Settings settings) throws IOException {
        try {
            return new RealKubernetes(programs, folder, settings);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void files() throws IOException, GeneralSecurityException {
        write("serving.crt", keys.servingPem());
        write("serving.key", keys.servingKeyPem());
        write("ca.crt", keys.authorityPem());
        KeyPair accounts = Credentials.accountKey(folder);
        write("accounts.key", pem("PRIVATE KEY", accounts.getPrivate()));
        write("accounts.pub", pem("PUBLIC KEY", accounts.getPublic()));
        var tokens = new StringBuilder(token() + ",kubernetes-admin,,system:masters\n");
        COMPONENTS.forEach(user ->
                tokens.append(componentToken(user)).append(',').append(user).append(",,\n"));
        write("tokens.csv", tokens.toString());
    }

    private String componentToken(String user) {
        return token() + "-" + user.replace(':', '-');
    }

    private static String pem(String type, Key key) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    /// A port to be opened later, again and again: below those that systems give to clients, of which one would have it
    /// by then.
    public static int freePort() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 30_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                assert e != null : "taken: another";
            }
        }
        throw new IOException("100 ports between 15,000 and 30,000 are taken");
    }

    private Process etcd(int peers) throws IOException {
        String own = storeUrl();
        String peer = "http://127.0.0.1:" + peers;
        List<String> flags = new ArrayList<>(List.of(
                "--data-dir=" + file("etcd"),
                "--listen-client-urls=" + own,
                "--advertise-client-urls=" + own,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer,
                "--log-level=warn"));
        if (!settings.synced()) {
            flags.add("--unsafe-no-fsync");
        }
        return launch("etcd", flags.toArray(String[]::new));
    }

    private Process apiserver() throws IOException {
        List<String> flags = new ArrayList<>(List.of(
                "--etcd-servers=" + storeUrl(),
                "--bind-address=127.0.0.1",
                "--secure-port=" + port,
                "--advertise-address=192.0.2.1",
                "--endpoint-reconciler-type=none",
                "--tls-cert-file=" + file("serving.crt"),
                "--tls-private-key-file=" + file("serving.key"),
                "--token-auth-file=" + file("tokens.csv"),
                "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + file("accounts.pub"),
                "--service-account-signing-key-file=" + file("accounts.key"),
                "--service-cluster-ip-range=10.96.0.0/16",
                "--allow-privileged"));
        flags.addAll(settings.flags());
        return launch("kube-apiserver", flags.toArray(String[]::new));
    }

    /// Needs `kube-controller-manager`. Nodes never turn NotReady by themselves.
    public Process controllers() throws IOException {
        return launch(
                "kube-controller-manager",
                "--kubeconfig=" + componentConfig("system:kube-controller-manager"),
                "--bind-address=127.0.0.1",
                "--secure-port=0",
                "--leader-elect=false",
                "--service-account-private-key-file=" + file("accounts.key"),
                "--root-ca-file=" + file("ca.crt"),
                "--use-service-account-credentials",
                "--kube-api-qps=5000",
                "--kube-api-burst=5000",
                "--authentication-skip-lookup",
                // A claim and a volume that name each other bind in this round only, 15 s apart by default.
                "--pvclaimbinder-sync-period=1s",
                "--controllers=*,-node-lifecycle-controller");
    }

    /// Needs `kube-scheduler`. The stock scheduler, 5,000 requests a second allowed.
    ///
    /// @param name of the profile: `default-scheduler`, or a second scheduler's
    /// @param extenders of its configuration; an empty list for none
    public Process scheduler(String name, JsonNode extenders) throws IOException {
        ObjectNode configuration = Json.object();
        if (!extenders.isEmpty()) {
            configuration.set("extenders", extenders);
        }
        return configuredScheduler(name, configuration);
    }

    /// The same with a configuration of which only that is set which a process of this cluster needs: how it reaches
    /// the
    /// API server, and that there is nobody to elect a leader from.
    public Process configuredScheduler(String name, JsonNode given) throws IOException {
        ObjectNode configuration = given.deepCopy();
        configuration.put("apiVersion", "kubescheduler.config.k8s.io/v1").put("kind", "KubeSchedulerConfiguration");
        configuration
                .putObject("clientConnection")
                .put("kubeconfig", componentConfig("system:kube-scheduler"))
                .put("qps", 5000)
                .put("burst", 5000)
                .put("contentType", "application/vnd.kubernetes.protobuf");
        configuration.putObject("leaderElection").put("leaderElect", false);
        if (!configuration.has("profiles")) {
            configuration.putArray("profiles").addObject().put("schedulerName", name);
        }
        Path file = folder.resolve("scheduler-" + name + ".yaml");
        Files.writeString(file, Json.write(configuration));
        return launch("kube-scheduler", "--config=" + file, "--secure-port=0", "--authentication-skip-lookup");
    }

    private String componentConfig(String user) throws IOException {
        Path file = folder.resolve(user.substring("system:".length()) + ".kubeconfig");
        KubeconfigFile.write(file, url(), authorityPem(), componentToken(user), "default");
        return file.toString();
    }

    private Process launch(String program, String... flags) throws IOException {
        List<String> command = new ArrayList<>(List.of(programs.program(program).toString()));
        command.addAll(List.of(flags));
        return launch(
                program, command, settings.memory().isEmpty() ? Map.of() : Map.of("GOMEMLIMIT", settings.memory()));
    }

    /// A process that ends with this cluster; what it prints is appended to a file of the folder.
    public Process launch(String name, List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        running.push(process);
        return process;
    }

    public Path log(String name) {
        return folder.resolve(name + ".log");
    }

    private void awaitReady() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!ready()) {
            if (running.stream().anyMatch(process -> !process.isAlive()) || System.nanoTime() > deadline) {
                throw new IOException(
                        "the real Kubernetes did not become ready:\n" + tail("kube-apiserver") + tail("etcd"));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private boolean ready() {
        try (Wire wire = new Wire(endpoint(), 16_384)) {
            return wire.get("/readyz").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /// The last of what a process printed; empty where it was never started.
    public String tail(String name) throws IOException {
        if (!Files.exists(log(name))) {
            return "";
        }
        String text = new String(Files.readAllBytes(log(name)), StandardCharsets.UTF_8);
        return text.substring(Math.max(0, text.length() - 4000));
    }

    public Endpoint endpoint() {
        return Endpoint.of("127.0.0.1", port, authorityPem(), token());
    }

    public String url() {
        return "https://127.0.0.1:" + port;
    }

    /// Of a user who may do everything.
    public String token() {
        return keys.adminToken();
    }

    public String authorityPem() {
        return keys.authorityPem();
    }

    public Path kubeconfig() {
        return folder.resolve("kubeconfig");
    }

    /// Where etcd listens.
    public String storeUrl() {
        return "http://127.0.0.1:" + clients;
    }

    public ProcessHandle etcd() {
        return store.toHandle();
    }

    public ProcessHandle apiServer() {
        return server.toHandle();
    }

    private void kill() {
        running.forEach(Process::destroyForcibly);
    }

    /// Nothing here is worth keeping, so nobody is asked to finish.
    @Override
    public void close() {
        kill();
        try {
            for (Process process : running) {
                process.waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        running.clear();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            assert ending != null : "the JVM is ending and runs the hook itself";
        }
    }
}
