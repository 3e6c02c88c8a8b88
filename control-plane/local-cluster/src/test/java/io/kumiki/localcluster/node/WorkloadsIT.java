package io.kumiki.localcluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.localcluster.api.ApiListener;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.PythonEnvironment;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.localcluster.scheduler.SchedulerLoop;
import io.kumiki.localcluster.scheduler.SchedulerSettings;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Workloads as a client sees them: the fabric8 client, the controllers, the scheduler and real processes.
class WorkloadsIT {
    private static final String POD = """
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - name: c
              image: busybox
              command: [sh, -c, "%s"]
        """;

    @TempDir
    Path dir;

    /// Three seconds before a full minute, so that a schedule of every minute is due soon.
    private final Clock clock = Clock.offset(
            Clock.systemUTC(), Duration.ofMillis(57_000 - Clock.systemUTC().millis() % 60_000));

    private Vertx vertx;
    private LocalCluster local;
    private NodeAgent agent;
    private SchedulerLoop scheduler;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        local = LocalCluster.start(
                vertx,
                new LocalClusterSettings(
                        dir, true, "127.0.0.1", 0, "kubeflow", List.of(), 0, null, clock, ApiListener.Limits.DEFAULT));
        LocalApi api = new LocalApi(local.cluster(), "test", clock);
        NodeSettings settings = new NodeSettings(
                "local",
                dir.resolve("node"),
                dir.resolve("steps"),
                Isolation.PLAIN,
                URI.create(local.url()),
                local.authorityPem().getBytes(StandardCharsets.UTF_8),
                URI.create("http://127.0.0.1:1"),
                Map.of(),
                NodeSettings.TEN_GIB,
                0);
        agent = new NodeAgent(
                api,
                settings,
                ImageTable.ofThisMachine(List.of(), List.of()),
                Map.of(),
                PythonEnvironment.ofThisUser(
                        Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString())));
        agent.start();
        scheduler = new SchedulerLoop(api, SchedulerSettings.DEFAULT, clock);
        scheduler.start();
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(local.kubeconfig())))
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        scheduler.close();
        agent.stop(NodeAgent.OnStop.END_PODS);
        local.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static String workload(String kind, String name, int replicas, String script) {
        return """
            apiVersion: apps/v1
            kind: %s
            metadata: {name: %s, namespace: kubeflow}
            spec:
              replicas: %d
              selector: {matchLabels: {app: %s}}
              template:
                metadata: {labels: {app: %s}}
            """.formatted(kind, name, replicas, name, name)
                + POD.formatted(script).indent(4);
    }

    private Deployment rolledOut(String image) throws Exception {
        return client.apps()
                .deployments()
                .inNamespace("kubeflow")
                .withName("web")
                .waitUntilCondition(
                        d -> d != null
                                && d.getSpec()
                                        .getTemplate()
                                        .getSpec()
                                        .getContainers()
                                        .getFirst()
                                        .getCommand()
                                        .getLast()
                                        .equals(image)
                                && d.getStatus().getObservedGeneration() != null
                                && d.getStatus()
                                        .getObservedGeneration()
                                        .equals(d.getMetadata().getGeneration())
                                && Integer.valueOf(2).equals(d.getStatus().getUpdatedReplicas())
                                && Integer.valueOf(2).equals(d.getStatus().getAvailableReplicas())
                                && Integer.valueOf(2).equals(d.getStatus().getReplicas()),
                        40,
                        TimeUnit.SECONDS);
    }

    @Test
    void aDeploymentIsRolledOutAndUpdated() throws Exception {
        client.resource(Serialization.unmarshal(workload("Deployment", "web", 2, "sleep 600"), Deployment.class))
                .create();
        rolledOut("sleep 600");
        client.apps().deployments().inNamespace("kubeflow").withName("web").edit(d -> {
            d.getSpec().getTemplate().getSpec().getContainers().getFirst().setCommand(List.of("sh", "-c", "sleep 601"));
            return d;
        });
        Deployment done = rolledOut("sleep 601");
        assertThat(done.getMetadata().getAnnotations()).containsEntry("deployment.kubernetes.io/revision", "2");
        assertThat(client.apps().replicaSets().inNamespace("kubeflow").list().getItems())
                .hasSize(2);
        client.apps().deployments().inNamespace("kubeflow").withName("web").scale(1);
        client.apps()
                .deployments()
                .inNamespace("kubeflow")
                .withName("web")
                .waitUntilCondition(
                        d -> d != null
                                && Integer.valueOf(1).equals(d.getStatus().getReplicas()),
                        20,
                        TimeUnit.SECONDS);
        client.apps().deployments().inNamespace("kubeflow").withName("web").delete();
        for (Pod pod : client.pods().inNamespace("kubeflow").list().getItems()) {
            client.resource(pod).waitUntilCondition(p -> p == null, 20, TimeUnit.SECONDS);
        }
    }

    @Test
    void jobsCompleteAndCronJobsFire() throws Exception {
        Job job = Serialization.unmarshal(
                """
                        apiVersion: batch/v1
                        kind: Job
                        metadata: {name: sum, namespace: kubeflow}
                        spec:
                          completions: 3
                          parallelism: 2
                          completionMode: Indexed
                          template:
                        """
                        + POD.formatted("test -n \\\"$JOB_COMPLETION_INDEX\\\"")
                                .replace("spec:\n", "spec:\n  restartPolicy: Never\n")
                                .indent(4),
                Job.class);
        client.resource(job).create();
        CronJob cron = Serialization.unmarshal(
                """
                        apiVersion: batch/v1
                        kind: CronJob
                        metadata: {name: tick, namespace: kubeflow}
                        spec:
                          schedule: "* * * * *"
                          jobTemplate:
                            spec:
                              template:
                        """
                        + POD.formatted("true")
                                .replace("spec:\n", "spec:\n  restartPolicy: Never\n")
                                .indent(8),
                CronJob.class);
        client.resource(cron).create();
        Job done = client.batch()
                .v1()
                .jobs()
                .inNamespace("kubeflow")
                .withName("sum")
                .waitUntilCondition(
                        j -> j != null
                                && j.getStatus().getConditions().stream()
                                        .anyMatch(c -> c.getType().equals("Complete")),
                        30,
                        TimeUnit.SECONDS);
        assertThat(done.getStatus().getCompletedIndexes()).isEqualTo("0-2");
        assertThat(done.getStatus().getSucceeded()).isEqualTo(3);
        CronJob fired = client.batch()
                .v1()
                .cronjobs()
                .inNamespace("kubeflow")
                .withName("tick")
                .waitUntilCondition(
                        c -> c != null && c.getStatus().getLastSuccessfulTime() != null, 30, TimeUnit.SECONDS);
        assertThat(fired.getStatus().getLastScheduleTime()).endsWith(":00Z");
    }

    @Test
    void aStatefulSetScalesInOrder() throws Exception {
        client.resource(Serialization.unmarshal(workload("StatefulSet", "db", 2, "sleep 600"), StatefulSet.class))
                .create();
        ready(2);
        client.apps().statefulSets().inNamespace("kubeflow").withName("db").scale(3);
        ready(3);
        assertThat(client.pods().inNamespace("kubeflow").list().getItems().stream()
                        .map(p -> p.getMetadata().getName())
                        .sorted())
                .containsExactly("db-0", "db-1", "db-2");
        client.apps().statefulSets().inNamespace("kubeflow").withName("db").scale(1);
        ready(1);
        assertThat(client.pods().inNamespace("kubeflow").list().getItems()).hasSize(1);
    }

    private void ready(int count) {
        client.apps()
                .statefulSets()
                .inNamespace("kubeflow")
                .withName("db")
                .waitUntilCondition(
                        s -> s != null
                                && Integer.valueOf(count).equals(s.getStatus().getReadyReplicas())
                                && Integer.valueOf(count).equals(s.getStatus().getReplicas()),
                        40,
                        TimeUnit.SECONDS);
    }
}
