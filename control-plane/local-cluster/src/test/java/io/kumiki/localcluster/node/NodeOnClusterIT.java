package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.Journal;
import io.kumiki.kube.PodLogs;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.simulation.SimulatedNodes;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.localcluster.scheduler.SchedulerLoop;
import io.kumiki.localcluster.scheduler.SchedulerSettings;
import io.kumiki.localcluster.simulation.SimulatedNodeAgents;
import io.kumiki.model.Json;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Scheduler, node agent, simulated nodes and volumes together over the real in-process cluster.
class NodeOnClusterIT {
    @TempDir
    Path dir;

    private final Cluster cluster =
            new Cluster(ClusterSettings.simulated(() -> Clock.systemUTC().instant(), 7), Journal.memory());
    private final LocalApi api = new LocalApi(cluster, "test", Clock.systemUTC());
    private final List<AutoCloseable> open = new ArrayList<>();
    private NodeAgent agent;

    @BeforeEach
    void start() throws Exception {
        ObjectNode namespace = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", "kubeflow");
        api.createIfAbsent(ResourceType.NAMESPACES, "", namespace);
        SchedulerLoop scheduler = new SchedulerLoop(api, SchedulerSettings.DEFAULT, Clock.systemUTC());
        open.add(scheduler);
        scheduler.start();
        agent = agent();
        LocalVolumes volumes = new LocalVolumes(api, dir.resolve("volumes"), "local");
        open.add(volumes);
        Path offered = Files.createDirectories(dir.resolve("mine"));
        Files.writeString(offered.resolve("hello"), "from the user's folder");
        volumes.start("kubeflow", Map.of("mine", offered));
    }

    private NodeAgent agent() throws Exception {
        NodeSettings settings = new NodeSettings(
                "local",
                dir.resolve("node"),
                dir.resolve("steps"),
                Isolation.choose(System.getenv()),
                URI.create("https://127.0.0.1:6443"),
                "CA".getBytes(StandardCharsets.UTF_8),
                URI.create("http://127.0.0.1:8888"),
                Map.of(),
                NodeSettings.TEN_GIB,
                0);
        PythonEnvironment pythons = PythonEnvironment.ofThisUser(
                Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString()));
        NodeAgent made = new NodeAgent(
                new LocalApi(cluster, "kumiki-node", Clock.systemUTC()),
                settings,
                ImageTable.ofThisMachine(List.of(), List.of()),
                Map.of(),
                pythons);
        made.start();
        return made;
    }

    @AfterEach
    void stop() throws Exception {
        agent.stop(NodeAgent.OnStop.END_PODS);
        for (AutoCloseable part : open) {
            part.close();
        }
    }

    private void pod(String name, String image, String script, String more) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata").put("name", name).put("namespace", "kubeflow");
        ObjectNode spec = (ObjectNode) Json.parse(
                "{\"restartPolicy\":\"Never\",\"automountServiceAccountToken\":false" + more.replace('\'', '"') + "}");
        if (!spec.has("containers")) {
            spec.putArray("containers")
                    .addObject()
                    .put("name", "main")
                    .put("image", image)
                    .putArray("command")
                    .add("sh")
                    .add("-c")
                    .add(script);
        }
        pod.set("spec", spec);
        cluster.create(ResourceType.PODS, "kubeflow", pod, WriteOptions.by("test"));
    }

    private JsonNode await(String name, Predicate<JsonNode> wanted) throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (var _ = api.follow(ResourceType.PODS, Selection.ALL, (type, pod) -> {
            if (pod.path("metadata").path("name").asText().equals(name)
                    && type != WatchEvent.Type.DELETED
                    && wanted.test(pod)) {
                seen.countDown();
            }
        })) {
            assertThat(seen.await(20, TimeUnit.SECONDS))
                    .as("last seen: %s", cluster.get(ResourceType.PODS, "kubeflow", name))
                    .isTrue();
        }
        return cluster.get(ResourceType.PODS, "kubeflow", name);
    }

    private JsonNode awaitPhase(String name, String phase) throws Exception {
        return await(name, pod -> pod.path("status").path("phase").asText().equals(phase));
    }

    private String log(String name, PodLogs.Options options) throws Exception {
        JsonNode pod = cluster.get(ResourceType.PODS, "kubeflow", name);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        agent.podLogs().stream(
                new PodLogs.Order(
                        "kubeflow", name, pod.path("metadata").path("uid").asText(), "main", options),
                bytes -> {
                    out.writeBytes(bytes);
                    return true;
                });
        return out.toString(StandardCharsets.UTF_8);
    }

    private static PodLogs.Options options(boolean follow, long tail, long limit) {
        return new PodLogs.Options(follow, false, false, tail, limit, null);
    }

    @Test
    void createdToSucceeded() throws Exception {
        for (int i = 0; i < 5; i++) {
            long began = System.nanoTime();
            pod("ok" + i, "busybox", "true", "");
            JsonNode done = awaitPhase("ok" + i, "Succeeded");
            System.out.println("pod created, scheduled, run and Succeeded in "
                    + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + " ms");
            assertThat(done.path("spec").path("nodeName").asText()).isEqualTo("local");
        }
        JsonNode node = cluster.get(ResourceType.NODES, "", "local");
        assertThat(node.path("status").path("allocatable").path("cpu").asInt()).isPositive();
        assertThat(cluster.get(ResourceType.LEASES, "kube-node-lease", "local")).isNotNull();
    }

    @Test
    void deletingEndsTheProcessAndThePod() throws Exception {
        pod("long", "busybox", "exec sleep 600", "");
        JsonNode running = awaitPhase("long", "Running");
        cluster.delete(ResourceType.PODS, "kubeflow", "long", new Deletion(5L, null, null, null, false));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
        while (cluster.get(ResourceType.PODS, "kubeflow", "long") != null) {
            assertThat(System.nanoTime())
                    .as("TERM ends it well before the grace")
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
        assertThat(running.path("status")
                        .path("containerStatuses")
                        .get(0)
                        .path("ready")
                        .asBoolean())
                .isTrue();
        pod("long", "busybox", "exit 0", "");
        awaitPhase("long", "Succeeded");
    }

    @Test
    void logsFollowTailAndLimit() throws Exception {
        pod("talks", "busybox", "for i in 1 2 3 4 5; do echo line $i; done; sleep 0.3; echo last", "");
        awaitPhase("talks", "Running");
        assertThat(log("talks", options(true, -1, -1))).isEqualTo("line 1\nline 2\nline 3\nline 4\nline 5\nlast\n");
        awaitPhase("talks", "Succeeded");
        assertThat(log("talks", options(false, 2, -1))).isEqualTo("line 5\nlast\n");
        assertThat(log("talks", options(false, 0, -1))).isEmpty();
        assertThat(log("talks", options(false, 99, -1))).startsWith("line 1\n");
        assertThat(log("talks", options(false, -1, 8))).isEqualTo("line 1\nl");
        String stamped = log("talks", new PodLogs.Options(false, false, true, 1, -1, null));
        assertThat(Instant.parse(stamped.split(" ")[0]))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        assertThat(stamped).endsWith(" last\n");
        assertThat(log(
                        "talks",
                        new PodLogs.Options(
                                false, false, false, -1, -1, Instant.now().plusSeconds(5))))
                .isEmpty();
    }

    @Test
    void claimsAreFolders() throws Exception {
        if (!Isolation.choose(System.getenv()).isolated()) {
            return;
        }
        ObjectNode claim = Json.object().put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
        claim.putObject("metadata").put("name", "data").put("namespace", "kubeflow");
        ObjectNode spec = claim.putObject("spec");
        spec.putArray("accessModes").add("ReadWriteOnce");
        spec.putObject("resources").putObject("requests").put("storage", "1Gi");
        String mounts =
                ",'volumes':[{'name':'d','persistentVolumeClaim':{'claimName':'data'}},{'name':'m','persistentVolumeClaim':{'claimName':'mine'}}],"
                        + "'containers':[{'name':'main','image':'busybox','volumeMounts':[{'name':'d','mountPath':'/data'},{'name':'m','mountPath':'/mine'}],'command':['sh','-c','%s']}]";
        pod("writes", "", "", mounts.formatted("cat /mine/hello; echo kept > /data/file"));
        cluster.create(ResourceType.CLAIMS, "kubeflow", claim, WriteOptions.by("test"));
        awaitPhase("writes", "Succeeded");
        assertThat(log("writes", options(false, -1, -1))).isEqualTo("from the user's folder");
        pod("reads", "", "", mounts.formatted("cat /data/file"));
        awaitPhase("reads", "Succeeded");
        assertThat(log("reads", options(false, -1, -1))).isEqualTo("kept\n");
        assertThat(cluster.get(ResourceType.CLAIMS, "kubeflow", "data")
                        .path("status")
                        .path("phase")
                        .asText())
                .isEqualTo("Bound");
    }

    @Test
    void simulatedNodesTakeOnlyWhatToleratesThem() throws Exception {
        SimulatedNodeAgents simulated = new SimulatedNodeAgents(
                new LocalApi(cluster, "kumiki-simulated", Clock.systemUTC()),
                ((SimulatedNodes.Read.Valid) SimulatedNodes.read("4 x gpu=8 type=H100 rack=2")).nodes());
        open.add(simulated);
        simulated.start();
        String gpu =
                "'containers':[{'name':'main','image':'nvcr.io/any:1','resources':{'limits':{'nvidia.com/gpu':'4'},'requests':{'nvidia.com/gpu':'4'}}}]";
        pod("refused", "", "", "," + gpu);
        JsonNode waits = await(
                "refused",
                pod -> pod.path("status").path("conditions").toString().contains("untolerated taint"));
        assertThat(waits.path("spec").path("nodeName").asText("")).isEmpty();
        for (int i = 0; i < 8; i++) {
            pod("sim" + i, "", "", ",'tolerations':[{'key':'kumiki.io/simulated','operator':'Exists'}]," + gpu);
        }
        for (int i = 0; i < 8; i++) {
            JsonNode done = awaitPhase("sim" + i, "Succeeded");
            assertThat(done.path("spec").path("nodeName").asText()).startsWith("sim-h100-");
        }
        cluster.delete(ResourceType.PODS, "kubeflow", "sim0", Deletion.DEFAULT);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (cluster.get(ResourceType.PODS, "kubeflow", "sim0") != null) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
