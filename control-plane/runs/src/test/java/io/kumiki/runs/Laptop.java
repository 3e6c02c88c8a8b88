package io.kumiki.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.agent.ArtifactAgent;
import io.kumiki.kube.ResourceType;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.node.BuiltInImage;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.localcluster.node.LocalVolumes;
import io.kumiki.localcluster.node.NodeAgent;
import io.kumiki.localcluster.node.NodeSettings;
import io.kumiki.localcluster.node.engine.DockerEngine;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.localcluster.scheduler.SchedulerLoop;
import io.kumiki.localcluster.scheduler.SchedulerSettings;
import io.kumiki.model.Json;
import io.kumiki.runs.pod.KubernetesPods;
import io.kumiki.store.Store;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.s3.S3Credentials;
import io.kumiki.store.s3.S3Server;
import io.opentelemetry.api.OpenTelemetry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything a step needs on one machine, with real processes: embedded cluster, scheduler, node agent, object
/// storage, store, run loop.
final class Laptop implements AutoCloseable {
    private static final String AGENT = "kumiki/artifact-agent";

    final Rig rig;
    final LocalApi api;
    private final Vertx vertx = Vertx.vertx();
    private final S3Server s3;
    private final SchedulerLoop scheduler;
    private final NodeAgent node;
    private final LocalVolumes volumes;
    private final RunLoop loop;
    final KubernetesPods pods;
    private final LocalCluster cluster;
    private final KubernetesClient client;
    final RunSettings settings;

    Laptop(Path folder, Isolation isolation) throws Exception {
        rig = new Rig(Store.open(folder.resolve("kumiki.db")), DiskObjects.open(folder.resolve("objects")));
        s3 = S3Server.start(vertx, rig.objects, new S3Credentials("minio", "minio123"), "127.0.0.1", 0)
                .await();
        cluster = LocalCluster.start(
                vertx,
                LocalClusterSettings.in(Files.createDirectories(folder.resolve("cluster")))
                        .freeFloor(0));
        api = new LocalApi(cluster.cluster(), "test", Clock.systemUTC());
        basics();
        scheduler = new SchedulerLoop(api, SchedulerSettings.DEFAULT, Clock.systemUTC());
        scheduler.start();
        var machine = new NodeSettings(
                "local",
                folder.resolve("node"),
                folder.resolve("steps"),
                isolation,
                URI.create(cluster.url()),
                cluster.authorityPem().getBytes(StandardCharsets.UTF_8),
                URI.create("http://127.0.0.1:8888"),
                Map.of(),
                NodeSettings.TEN_GIB,
                0);
        BuiltInImage agent = c -> ArtifactAgent.run(c.args().getFirst(), c.env(), c::hostPath, c.log(), c::awaitStop);
        node = new NodeAgent(
                api,
                machine,
                ImageTable.ofThisMachine(List.of(AGENT), List.of(), DockerEngine.ofThisMachine(vertx, System.getenv())),
                Map.of(AGENT, agent),
                PythonEnvironment.ofThisUser(System.getenv()));
        cluster.podLogs(node.podLogs());
        node.start();
        volumes = new LocalVolumes(api, folder.resolve("volumes"), "local");
        volumes.start("kubeflow", Map.of());
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
                .build();
        pods = new KubernetesPods(client);
        settings = RunSettings.at(URI.create("http://127.0.0.1:" + s3.actualPort()))
                .withStepsRoot(isolation.isolated() ? null : folder.resolve("steps"));
        loop = new RunLoop(rig.store, pods, rig.objects, settings, Clock.systemUTC(), OpenTelemetry.noop());
    }

    Laptop drive() {
        loop.start();
        return this;
    }

    private void basics() {
        object(ResourceType.NAMESPACES, "Namespace", "", "kubeflow", null);
        object(ResourceType.SERVICE_ACCOUNTS, "ServiceAccount", "kubeflow", "pipeline-runner", null);
        var keys = Json.object();
        keys.putObject("data").put("accesskey", base64("minio")).put("secretkey", base64("minio123"));
        object(ResourceType.SECRETS, "Secret", "kubeflow", "mlpipeline-minio-artifact", keys);
        var storage = Json.object().put("provisioner", LocalVolumes.PROVISIONER);
        object(ResourceType.STORAGE_CLASSES, "StorageClass", "", "standard", storage);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private void object(ResourceType type, String kind, String namespace, String name, @Nullable ObjectNode more) {
        var o = Json.object().put("apiVersion", type.apiVersion()).put("kind", kind);
        o.putObject("metadata").put("name", name);
        if (!namespace.isEmpty()) {
            ((ObjectNode) o.path("metadata")).put("namespace", namespace);
        }
        if (more != null) {
            o.setAll(more);
        }
        api.createIfAbsent(type, namespace, o);
    }

    @Override
    public void close() throws Exception {
        loop.close();
        client.close();
        volumes.close();
        node.stop(NodeAgent.OnStop.END_PODS);
        scheduler.close();
        cluster.close();
        s3.close().await();
        vertx.close().await();
        rig.close();
    }
}
