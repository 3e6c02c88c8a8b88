package io.kumiki.localcluster.bench;

import io.kumiki.localcluster.api.Credentials;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// kube-apiserver and etcd with their own defaults (etcd syncs every write), from binaries that are on this machine.
final class RealServer implements Measured {
    private static final long PATIENCE_SECONDS = 60;

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final Endpoint endpoint;
    private final double startSeconds;

    private RealServer(Path binaries, Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        this.folder = folder;
        Credentials keys =
                Credentials.in(folder, List.of("127.0.0.1", "localhost", "kubernetes", "10.96.0.1"), Instant.now());
        Files.writeString(folder.resolve("serving.crt"), keys.servingPem());
        Files.writeString(folder.resolve("serving.key"), keys.servingKeyPem());
        Files.writeString(folder.resolve("tokens.csv"), keys.adminToken() + ",admin,admin,\"system:masters\"\n");
        int[] ports = freePorts();
        this.endpoint = Endpoint.of("127.0.0.1", ports[2], keys.authorityPem(), keys.adminToken());
        long start = System.nanoTime();
        begin(etcd(binaries, ports));
        begin(apiserver(binaries, ports));
        awaitReady();
        this.startSeconds = (System.nanoTime() - start) / 1e9;
    }

    static RealServer start(Path binaries) throws IOException, GeneralSecurityException, InterruptedException {
        return new RealServer(binaries, Files.createTempDirectory("kumiki-bench-real"));
    }

    /// Where `conformance/kubernetes/build.sh` keeps what it built; `null` when there is nothing.
    static @Nullable Path found() throws IOException {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path folder = Path.of(cache == null ? System.getProperty("user.home") + "/.cache" : cache, "kumiki");
        if (!Files.isDirectory(folder)) {
            return null;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(f -> Files.isExecutable(f.resolve("kube-apiserver")) && etcdIn(f) != null)
                    .findFirst()
                    .orElse(null);
        }
    }

    /// Go's tool build calls etcd by the name of its folder.
    private static @Nullable Path etcdIn(Path folder) {
        return Stream.of("etcd", "server")
                .map(folder::resolve)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    private List<String> etcd(Path binaries, int[] ports) throws IOException {
        Path program = etcdIn(binaries);
        if (program == null) {
            throw new IOException(binaries + " holds no etcd");
        }
        String peer = "http://127.0.0.1:" + ports[1];
        String client = "http://127.0.0.1:" + ports[0];
        return List.of(
                program.toString(),
                "--data-dir=" + folder.resolve("etcd"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer,
                "--log-level=error");
    }

    private List<String> apiserver(Path binaries, int[] ports) {
        return List.of(
                binaries.resolve("kube-apiserver").toString(),
                "--etcd-servers=http://127.0.0.1:" + ports[0],
                "--bind-address=127.0.0.1",
                "--secure-port=" + ports[2],
                "--advertise-address=192.0.2.1",
                "--endpoint-reconciler-type=none",
                "--tls-cert-file=" + folder.resolve("serving.crt"),
                "--tls-private-key-file=" + folder.resolve("serving.key"),
                "--token-auth-file=" + folder.resolve("tokens.csv"),
                "--authorization-mode=Node,RBAC",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + folder.resolve("pki/accounts.key"),
                "--service-account-signing-key-file=" + folder.resolve("pki/accounts.key"),
                "--service-cluster-ip-range=10.96.0.0/16",
                "--disable-admission-plugins=TaintNodesByCondition",
                "--max-requests-inflight=3000",
                "--max-mutating-requests-inflight=1500");
    }

    private void begin(List<String> command) throws IOException {
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log" + processes.size()).toFile())
                .start());
    }

    private void awaitReady() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try (Wire wire = new Wire(endpoint, 16_384)) {
                if (wire.get("/readyz").status() == 200) {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() > end || processes.stream().anyMatch(p -> !p.isAlive())) {
                    close();
                    throw new IOException("the real API server does not become ready; " + folder + "/log* say more", e);
                }
            }
            Thread.sleep(50);
        }
    }

    private static int[] freePorts() throws IOException {
        try (var a = new ServerSocket(0);
                var b = new ServerSocket(0);
                var c = new ServerSocket(0)) {
            return new int[] {a.getLocalPort(), b.getLocalPort(), c.getLocalPort()};
        }
    }

    @Override
    public String name() {
        return "kube-apiserver + etcd";
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public List<ProcessHandle> processes() {
        return processes.stream().map(Process::toHandle).toList();
    }

    @Override
    public double startSeconds() {
        return startSeconds;
    }

    @Override
    public void close() {
        for (Process each : processes.reversed()) {
            each.destroy();
            try {
                if (!each.waitFor(20, TimeUnit.SECONDS)) {
                    each.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        OwnServer.deleteTree(folder);
    }
}
