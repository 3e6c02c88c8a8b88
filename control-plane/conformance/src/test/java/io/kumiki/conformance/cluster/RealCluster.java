package io.kumiki.conformance.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.real.RealKubernetes;
import io.kumiki.model.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A real Kubernetes control plane: etcd (without fsync), kube-apiserver and kube-controller-manager as processes of
/// their own on free ports of loopback, kube-scheduler when asked for. Nodes are objects only: no kubelet runs.
public final class RealCluster implements TestCluster {
    /// A group that is not served here either, so that both can be asked how they say so; pages of the past come from
    /// the store alone, so that they end when it forgets.
    private static final List<String> ABSENT =
            List.of("--runtime-config=certificates.k8s.io/v1=false", "--feature-gates=ListFromCacheSnapshot=false");

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

    /// Compacts the store, as kube-apiserver does every five minutes.
    @Override
    public void forget() {
        JsonNode status = store("/v3/maintenance/status", Json.object());
        ObjectNode wanted = Json.object().put("physical", true);
        wanted.put("revision", status.path("header").path("revision").asText());
        store("/v3/kv/compaction", wanted);
    }

    private JsonNode store(String path, ObjectNode body) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(real.storeUrl() + path))
                    .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
                    .build();
            return Json.parse(
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
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
