package io.kumiki.runs.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The port over a real API server: what counts as done, as refused and as "later".
class KubernetesPodsIT {
    @TempDir
    Path folder;

    private static Pod pod(String namespace, String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .addToLabels(StepLabels.RUN, "r1")
                .addToLabels(StepLabels.INSTALLATION, "i1")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("alpine:3")
                .endContainer()
                .endSpec()
                .build();
    }

    @Test
    void sortsAnswers() throws Exception {
        var vertx = Vertx.vertx();
        var cluster = LocalCluster.start(
                vertx, LocalClusterSettings.in(folder).inMemory().freeFloor(0));
        var config = Config.fromKubeconfig(cluster.kubeconfig().toFile());
        config.setRequestRetryBackoffLimit(0);
        try (var client = new KubernetesClientBuilder().withConfig(config).build()) {
            cluster.cluster()
                    .create(
                            ResourceType.SERVICE_ACCOUNTS,
                            "kubeflow",
                            (com.fasterxml.jackson.databind.node.ObjectNode)
                                    Json.parse("{\"metadata\":{\"name\":\"probe\"}}"),
                            WriteOptions.by("test"));
            var pods = new KubernetesPods(client);
            var news = new LinkedBlockingQueue<String>();
            try (var following = pods.follow("i1", new StepPods.Listener() {
                @Override
                public void seen(Pod p) {
                    news.add("seen " + p.getMetadata().getName());
                }

                @Override
                public void gone(Pod p) {
                    news.add("gone " + p.getMetadata().getName());
                }
            })) {
                assertThat(pods.create(pod("kubeflow", "a"))).isTrue();
                assertThat(pods.create(pod("kubeflow", "a"))).isFalse();
                assertThat(news.poll(10, TimeUnit.SECONDS)).isEqualTo("seen a");
                assertThatThrownBy(() -> pods.create(pod("nowhere", "a")))
                        .isInstanceOf(StepPods.Refused.class)
                        .hasMessageContaining("nowhere");
                assertThatThrownBy(() -> pods.create(pod("kubeflow", "Not A Name")))
                        .isInstanceOf(StepPods.Refused.class);
                assertThat(pods.tail("kubeflow", "a", "main", 5)).isEmpty();
                assertThat(pods.delete("kubeflow", "a", null)).isTrue();
                assertThat(pods.delete("kubeflow", "absent", null)).isFalse();
                pods.deleteClaim("kubeflow", "absent");
                String last;
                do {
                    last = news.poll(10, TimeUnit.SECONDS);
                } while (last != null && !last.startsWith("gone"));
                assertThat(last).isEqualTo("gone a");
            }
            cluster.close();
            assertThatThrownBy(() -> pods.create(pod("kubeflow", "b"))).isInstanceOf(StepPods.Unavailable.class);
        } finally {
            vertx.close().await();
        }
    }
}
