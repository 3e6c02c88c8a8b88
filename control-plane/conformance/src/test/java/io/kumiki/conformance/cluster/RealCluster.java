package io.kumiki.conformance.cluster;

import io.kumiki.localcluster.api.Credentials;
import io.kumiki.localcluster.api.KubeconfigFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A real Kubernetes control plane: etcd (without fsync), kube-apiserver and kube-controller-manager as processes of
/// their own on free ports of loopback, kube-scheduler when asked for. Nodes are objects only: no kubelet runs.
public final class RealCluster implements TestCluster {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String ADMIN = "kubernetes-admin";
    /// Users of the token file and their groups, each with the token `NAME-token` made unguessable.
    private static final List<String> COMPONENTS = List.of("system:kube-controller-manager", "system:kube-scheduler");

    private final KubernetesPrograms programs;
    private final Path folder;
    private final Credentials keys;
    private final Deque<Process> running = new ArrayDeque<>();
    private final Thread hook = new Thread(this::kill, "end-real-kubernetes");
    private final int port;

    private RealCluster(KubernetesPrograms programs, Path folder) throws IOException, GeneralSecurityException {
        this.programs = programs;
        this.folder = folder;
        Files.createDirectories(folder);
        this.keys = Credentials.in(folder, List.of("127.0.0.1", "localhost", "kubernetes.default.svc"), Instant.now());
        Runtime.getRuntime().addShutdownHook(hook);
        int store = freePort();
        port = freePort();
        try {
            files();
            etcd(store, freePort());
            apiserver(store);
            awaitReady();
            KubeconfigFile.write(kubeconfig(), url(), authorityPem(), token(), "default");
            controllerManager();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Blocks until the API server is ready and the controllers have been started.
    public static RealCluster start(Path folder) {
        var programs = KubernetesPrograms.required("etcd", "kube-apiserver", "kube-controller-manager");
        try {
            return new RealCluster(programs, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void files() throws IOException {
        write("serving.crt", keys.servingPem());
        write("serving.key", keys.servingKeyPem());
        write("ca.crt", keys.authorityPem());
        write("accounts.key", pem("PRIVATE KEY", keys.accountKey().getPrivate()));
        write("accounts.pub", pem("PUBLIC KEY", keys.accountKey().getPublic()));
        StringBuilder tokens = new StringBuilder(token() + "," + ADMIN + ",,system:masters\n");
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

    private String write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        Files.setPosixFilePermissions(
                file,
                Set.of(
                        java.nio.file.attribute.PosixFilePermission.OWNER_READ,
                        java.nio.file.attribute.PosixFilePermission.OWNER_WRITE));
        return file.toString();
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void etcd(int clients, int peers) throws IOException {
        String own = "http://127.0.0.1:" + clients;
        String peer = "http://127.0.0.1:" + peers;
        launch(
                "etcd",
                "--data-dir=" + file("etcd"),
                "--listen-client-urls=" + own,
                "--advertise-client-urls=" + own,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer,
                "--unsafe-no-fsync",
                "--log-level=warn");
    }

    private void apiserver(int store) throws IOException {
        launch(
                "kube-apiserver",
                "--etcd-servers=http://127.0.0.1:" + store,
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
                "--allow-privileged");
    }

    private void controllerManager() throws IOException {
        launch(
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
                "--controllers=*,-node-lifecycle-controller");
    }

    /// From now on pods get nodes.
    public void schedule() {
        try {
            launch(
                    KubernetesPrograms.required("kube-scheduler"),
                    "kube-scheduler",
                    "--kubeconfig=" + componentConfig("system:kube-scheduler"),
                    "--secure-port=0",
                    "--leader-elect=false",
                    "--authentication-skip-lookup");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String componentConfig(String user) throws IOException {
        Path file = folder.resolve(user.substring("system:".length()) + ".kubeconfig");
        KubeconfigFile.write(file, url(), authorityPem(), componentToken(user), "default");
        return file.toString();
    }

    private void launch(String program, String... flags) throws IOException {
        launch(programs, program, flags);
    }

    private void launch(KubernetesPrograms from, String program, String... flags) throws IOException {
        List<String> command = new ArrayList<>(List.of(from.program(program).toString()));
        command.addAll(Arrays.asList(flags));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(program + ".log").toFile());
        // A heap that is collected in time: this process stands beside a JVM on small machines.
        builder.environment().put("GOMEMLIMIT", "700MiB");
        running.push(builder.start());
    }

    private void awaitReady() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Api api = api();
        while (!ready(api)) {
            boolean dead = running.stream().anyMatch(process -> !process.isAlive());
            if (dead || System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "the real Kubernetes did not become ready:\n" + tail("kube-apiserver.log") + tail("etcd.log"));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static boolean ready(Api api) {
        try {
            return api.get("/readyz").code() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private String tail(String log) throws IOException {
        String text = new String(Files.readAllBytes(folder.resolve(log)), StandardCharsets.UTF_8);
        return text.substring(Math.max(0, text.length() - 4000));
    }

    @Override
    public String name() {
        return "real";
    }

    @Override
    public String url() {
        return "https://127.0.0.1:" + port;
    }

    @Override
    public String token() {
        return keys.adminToken();
    }

    @Override
    public String authorityPem() {
        return keys.authorityPem();
    }

    @Override
    public Path kubeconfig() {
        return folder.resolve("kubeconfig");
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
