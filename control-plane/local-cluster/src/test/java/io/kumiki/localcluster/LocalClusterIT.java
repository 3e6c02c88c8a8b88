package io.kumiki.localcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The unmodified fabric8 client against the cluster over TLS.
class LocalClusterIT {
    @TempDir
    Path folder;

    private Vertx vertx;
    private LocalCluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        open();
    }

    private void open() throws Exception {
        cluster = LocalCluster.start(vertx, LocalClusterSettings.in(folder).freeFloor(0));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
                .build();
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kumiki.io/run", "r1")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("busybox")
                .endContainer()
                .endSpec()
                .build();
    }

    @Test
    void anInformerHearsOfEveryChange() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        client.pods().inNamespace("kubeflow").resource(pod("before")).create();
        try (var informer = client.pods().inNamespace("kubeflow").withLabel("kumiki.io/run").inform(new ResourceEventHandler<Pod>() {
            @Override
            public void onAdd(Pod pod) {
                heard.add("add " + pod.getMetadata().getName());
            }

            @Override
            public void onUpdate(Pod old, Pod pod) {
                heard.add("update " + pod.getMetadata().getName() + " " + (pod.getStatus() == null ? "" : pod.getStatus().getPhase()));
            }

            @Override
            public void onDelete(Pod pod, boolean unknown) {
                heard.add("delete " + pod.getMetadata().getName());
            }
        })) {
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("add before");
            client.pods().inNamespace("kubeflow").resource(pod("p")).create();
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("add p");
            client.pods().inNamespace("kubeflow").withName("p").editStatus(p -> new PodBuilder(p).editOrNewStatus().withPhase("Running").endStatus().build());
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("update p Running");
            client.pods().inNamespace("kubeflow").withName("p").delete();
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("delete p");
            assertThat(informer.isRunning()).isTrue();
        }
    }

    @Test
    void whatWasAcknowledgedIsThereAfterARestart() throws Exception {
        var map = client.configMaps().inNamespace("kubeflow").resource(new ConfigMapBuilder().withNewMetadata().withName("c").endMetadata().addToData("a", "1").build()).create();
        String revision = client.configMaps().inNamespace("kubeflow").list().getMetadata().getResourceVersion();
        String token = cluster.adminToken();
        client.close();
        cluster.close();
        open();
        assertThat(cluster.adminToken()).isEqualTo(token);
        assertThat(client.configMaps().inNamespace("kubeflow").withName("c").get()).isEqualTo(map);
        assertThat(Long.parseLong(client.configMaps().inNamespace("kubeflow").list().getMetadata().getResourceVersion()))
                .isGreaterThanOrEqualTo(Long.parseLong(revision));
    }

    @Test
    void refusalsAreStatusDocuments() {
        assertThatThrownBy(() -> client.pods().inNamespace("nowhere").resource(pod("p")).create())
                .isInstanceOfSatisfying(KubernetesClientException.class, e -> {
                    assertThat(e.getCode()).isEqualTo(404);
                    assertThat(e.getStatus().getMessage()).contains("namespaces \"nowhere\" not found");
                });
        client.pods().inNamespace("kubeflow").resource(pod("p")).create();
        assertThatThrownBy(() -> client.pods().inNamespace("kubeflow").resource(pod("p")).create())
                .isInstanceOfSatisfying(KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(409));
    }

    @Test
    void aStrangerIsRefused() {
        try (var stranger = new KubernetesClientBuilder()
                .withConfig(new io.fabric8.kubernetes.client.ConfigBuilder(Config.empty())
                        .withMasterUrl(cluster.url())
                        .withCaCertData(java.util.Base64.getEncoder().encodeToString(cluster.authorityPem().getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                        .withOauthToken("guess")
                        .build())
                .build()) {
            assertThatThrownBy(() -> stranger.pods().inNamespace("kubeflow").list())
                    .isInstanceOfSatisfying(KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(401));
        }
    }
}
