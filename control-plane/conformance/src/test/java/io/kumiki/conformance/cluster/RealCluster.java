package io.kumiki.conformance.cluster;

import io.kumiki.localcluster.real.RealKubernetes;
import io.kumiki.model.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A real Kubernetes control plane: etcd (without fsync), kube-apiserver and kube-controller-manager as processes of
/// their own on free ports of loopback, kube-scheduler when asked for. Nodes are objects only: no kubelet runs.
public final class RealCluster implements TestCluster {
    /// Groups that are not served here either, so that both can be asked how they say so.
    private static final List<String> ABSENT = List.of("--runtime-config=certificates.k8s.io/v1=false");

    private final RealKubernetes real;

    private RealCluster(RealKubernetes real) {
        this.real = real;
    }

    /// Blocks until the API server is ready and the controllers have been started.
    ///
    /// @param flags further flags of kube-apiserver
    public static RealCluster start(Path folder, String... flags) {
        var programs = KubernetesPrograms.required("etcd", "kube-apiserver", "kube-controller-manager");
        try {
            // Heaps that are collected in time: these processes stand beside a JVM on small machines.
            List<String> all = new ArrayList<>(ABSENT);
            all.addAll(List.of(flags));
            var real = RealKubernetes.start(programs, folder, new RealKubernetes.Settings("700MiB", all));
            real.controllers();
            return new RealCluster(real);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// From now on pods get nodes.
    public void schedule() {
        KubernetesPrograms.required("kube-scheduler");
        try {
            real.scheduler("default-scheduler", Json.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name() {
        return "real";
    }

    @Override
    public String url() {
        return real.url();
    }

    @Override
    public String token() {
        return real.token();
    }

    @Override
    public String authorityPem() {
        return real.authorityPem();
    }

    @Override
    public Path kubeconfig() {
        return real.kubeconfig();
    }

    @Override
    public void close() {
        real.close();
    }
}
