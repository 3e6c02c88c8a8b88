package io.kumiki.conformance.cluster;

import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The product's own API server, in this process and in memory.
public final class EmbeddedCluster implements TestCluster {
    private final Vertx vertx = Vertx.vertx();
    private final LocalCluster cluster;

    private EmbeddedCluster(Path folder) {
        cluster = LocalCluster.start(
                vertx, LocalClusterSettings.in(folder).inMemory().freeFloor(0));
    }

    static EmbeddedCluster start(Path folder) throws IOException {
        return new EmbeddedCluster(Files.createDirectories(folder));
    }

    @Override
    public String name() {
        return "embedded";
    }

    @Override
    public String url() {
        return cluster.url();
    }

    @Override
    public String token() {
        return cluster.adminToken();
    }

    @Override
    public String authorityPem() {
        return cluster.authorityPem();
    }

    @Override
    public Path kubeconfig() {
        return cluster.kubeconfig();
    }

    @Override
    public void close() {
        cluster.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
