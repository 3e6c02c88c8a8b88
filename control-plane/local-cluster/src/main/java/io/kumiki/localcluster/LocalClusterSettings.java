package io.kumiki.localcluster;

import io.kumiki.localcluster.api.ApiListener;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How an embedded cluster is started.
///
/// @param folder the data folder: keys, kubeconfig, cluster.db; it exists already
/// @param durable false keeps objects in memory only (keys still lie in the folder)
/// @param port 0 for a free one
/// @param namespace of the kubeconfig's context
/// @param names what the certificate answers to, beside loopback and the in-cluster names
/// @param freeFloor bytes that must be free on the disk before something new is accepted
/// @param kubeconfig where it is written, `null` for DIR/kubeconfig
public record LocalClusterSettings(
        Path folder,
        boolean durable,
        String host,
        int port,
        String namespace,
        List<String> names,
        long freeFloor,
        @Nullable Path kubeconfig,
        Clock clock,
        ApiListener.Limits limits) {
    private static final long GIB = 1L << 30;

    public static LocalClusterSettings in(Path folder) {
        return new LocalClusterSettings(
                folder.toAbsolutePath().normalize(),
                true,
                "127.0.0.1",
                0,
                "kubeflow",
                List.of(),
                GIB,
                null,
                Clock.systemUTC(),
                ApiListener.Limits.DEFAULT);
    }

    public LocalClusterSettings inMemory() {
        return new LocalClusterSettings(
                folder, false, host, port, namespace, names, freeFloor, kubeconfig, clock, limits);
    }

    public LocalClusterSettings port(int wanted) {
        return new LocalClusterSettings(
                folder, durable, host, wanted, namespace, names, freeFloor, kubeconfig, clock, limits);
    }

    public LocalClusterSettings freeFloor(long bytes) {
        return new LocalClusterSettings(
                folder, durable, host, port, namespace, names, bytes, kubeconfig, clock, limits);
    }

    public LocalClusterSettings limits(ApiListener.Limits wanted) {
        return new LocalClusterSettings(
                folder, durable, host, port, namespace, names, freeFloor, kubeconfig, clock, wanted);
    }
}
