package io.kumiki.conformance.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.localcluster.node.LocalVolumes;
import io.kumiki.localcluster.scheduler.SchedulerLoop;
import io.kumiki.localcluster.scheduler.SchedulerSettings;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The product's own API server, in this process and in memory.
public final class EmbeddedCluster implements TestCluster {
    private final Vertx vertx = Vertx.vertx();
    private final LocalCluster cluster;
    private final List<AutoCloseable> parts = new ArrayList<>();

    private EmbeddedCluster(Path folder) {
        cluster = LocalCluster.start(
                vertx, LocalClusterSettings.in(folder).inMemory().freeFloor(0));
    }

    public static EmbeddedCluster start(Path folder) throws IOException {
        return new EmbeddedCluster(Files.createDirectories(folder));
    }

    /// From now on pods get nodes, and claims the volumes that were chosen for them.
    public void schedule(Path folder) {
        LocalApi api = new LocalApi(cluster.cluster(), "scheduler", Clock.systemUTC());
        LocalVolumes volumes = new LocalVolumes(api, folder, "nobody");
        volumes.start("default", Map.of());
        parts.add(volumes);
        SchedulerLoop scheduler = new SchedulerLoop(api, SchedulerSettings.DEFAULT, Clock.systemUTC());
        scheduler.start();
        parts.add(scheduler);
    }

    /// Nothing is kept of what lies more changes back than a watch may be behind.
    @Override
    public void forget() {
        LocalApi api = new LocalApi(cluster.cluster(), "contract", Clock.systemUTC());
        api.createIfAbsent(ResourceType.CONFIG_MAPS, "default", named("past"));
        for (int i = 0; i <= LocalCluster.WINDOW; i++) {
            api.merge(ResourceType.CONFIG_MAPS, "default", "past", counted(i));
        }
        api.remove(ResourceType.CONFIG_MAPS, named("past"));
    }

    private static ObjectNode named(String name) {
        ObjectNode map = Json.object();
        map.putObject("metadata").put("name", name).put("namespace", "default");
        return map;
    }

    private static ObjectNode counted(int i) {
        ObjectNode patch = Json.object();
        patch.putObject("data").put("i", Integer.toString(i));
        return patch;
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
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        cluster.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
