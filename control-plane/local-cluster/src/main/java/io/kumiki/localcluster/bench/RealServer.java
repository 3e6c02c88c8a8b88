package io.kumiki.localcluster.bench;

import io.kumiki.localcluster.real.KubernetesPrograms;
import io.kumiki.localcluster.real.RealKubernetes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// kube-apiserver and etcd as a benchmark looks at them; etcd syncs every write, as it does by itself.
final class RealServer implements Measured {
    private final Path folder;
    private final RealKubernetes real;
    private final double startSeconds;

    private RealServer(KubernetesPrograms programs, Path folder) throws IOException {
        this.folder = folder;
        long start = System.nanoTime();
        real = RealKubernetes.start(
                programs,
                folder,
                new RealKubernetes.Settings(
                        "",
                        List.of(
                                "--disable-admission-plugins=TaintNodesByCondition",
                                "--max-requests-inflight=3000",
                                "--max-mutating-requests-inflight=1500"),
                        true));
        startSeconds = (System.nanoTime() - start) / 1e9;
    }

    static RealServer start(KubernetesPrograms programs) throws IOException {
        return new RealServer(programs, Files.createTempDirectory("kumiki-bench-real"));
    }

    @Override
    public String name() {
        return "kube-apiserver + etcd";
    }

    @Override
    public Endpoint endpoint() {
        return real.endpoint();
    }

    @Override
    public List<ProcessHandle> processes() {
        return List.of(real.etcd(), real.apiServer());
    }

    @Override
    public double startSeconds() {
        return startSeconds;
    }

    @Override
    public void close() {
        real.close();
        OwnServer.deleteTree(folder);
    }
}
