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
        try (var informer = client.pods()
                .inNamespace("kubeflow")
                .withLabel("kumiki.io/run")
                .inform(new ResourceEventHandler<Pod>() {
                    @Override
                    public void onAdd(Pod pod) {
                        heard.add("add " + pod.getMetadata().getName());
                    }

                    @Override
                    public void onUpdate(Pod old, Pod pod) {
                        heard.add("update " + pod.getMetadata().getName() + " "
                                + (pod.getStatus() == null
                                        ? ""
                                        : pod.getStatus().getPhase()));
                    }

                    @Override
                    public void onDelete(Pod pod, boolean unknown) {
                        heard.add("delete " + pod.getMetadata().getName());
                    }
                })) {
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("add before");
            client.pods().inNamespace("kubeflow").resource(pod("p")).create();
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("add p");
            client.pods()
                    .inNamespace("kubeflow")
                    .withName("p")
                    .editStatus(p -> new PodBuilder(p)
                            .editOrNewStatus()
                            .withPhase("Running")
                            .endStatus()
                            .build());
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("update p Running");
            client.pods().inNamespace("kubeflow").withName("p").delete();
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("delete p");
            assertThat(informer.isRunning()).isTrue();
        }
    }

    @Test
    void whatWasAcknowledgedIsThereAfterARestart() throws Exception {
        var map = client.configMaps()
                .inNamespace("kubeflow")
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("c")
                        .endMetadata()
                        .addToData("a", "1")
                        .build())
                .create();
        String revision =
                client.configMaps().inNamespace("kubeflow").list().getMetadata().getResourceVersion();
        String token = cluster.adminToken();
        client.close();
        cluster.close();
        open();
        assertThat(cluster.adminToken()).isEqualTo(token);
        assertThat(client.configMaps().inNamespace("kubeflow").withName("c").get())
                .isEqualTo(map);
        assertThat(Long.parseLong(client.configMaps()
                        .inNamespace("kubeflow")
                        .list()
                        .getMetadata()
                        .getResourceVersion()))
                .isGreaterThanOrEqualTo(Long.parseLong(revision));
    }

    @Test
    void refusalsAreStatusDocuments() {
        assertThatThrownBy(() ->
                        client.pods().inNamespace("nowhere").resource(pod("p")).create())
                .isInstanceOfSatisfying(KubernetesClientException.class, e -> {
                    assertThat(e.getCode()).isEqualTo(404);
                    assertThat(e.getStatus().getMessage()).contains("namespaces \"nowhere\" not found");
                });
        client.pods().inNamespace("kubeflow").resource(pod("p")).create();
        assertThatThrownBy(() ->
                        client.pods().inNamespace("kubeflow").resource(pod("p")).create())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409));
    }

    @Test
    void aStrangerIsRefused() {
        try (var stranger = new KubernetesClientBuilder()
                .withConfig(new io.fabric8.kubernetes.client.ConfigBuilder(Config.empty())
                        .withMasterUrl(cluster.url())
                        .withCaCertData(java.util.Base64.getEncoder()
                                .encodeToString(
                                        cluster.authorityPem().getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                        .withOauthToken("guess")
                        .build())
                .build()) {
            assertThatThrownBy(() -> stranger.pods().inNamespace("kubeflow").list())
                    .isInstanceOfSatisfying(
                            KubernetesClientException.class,
                            e -> assertThat(e.getCode()).isEqualTo(401));
        }
    }

    @Test
    void theClientsOwnWaysOfWritingWork() {
        var maps = client.configMaps().inNamespace("kubeflow");
        var wanted = new ConfigMapBuilder()
                .withNewMetadata()
                .withName("applied")
                .endMetadata()
                .addToData("a", "1")
                .build();
        maps.resource(wanted).fieldManager("one").serverSideApply();
        assertThatThrownBy(() -> maps.resource(
                                new ConfigMapBuilder(wanted).addToData("a", "2").build())
                        .fieldManager("two")
                        .serverSideApply())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getStatus().getMessage()).contains(".data.a"));
        maps.resource(new ConfigMapBuilder(wanted).addToData("a", "2").build())
                .fieldManager("two")
                .forceConflicts()
                .serverSideApply();
        maps.withName("applied")
                .edit(map -> new ConfigMapBuilder(map).addToData("b", "3").build());
        assertThat(maps.withName("applied").get().getData())
                .containsEntry("a", "2")
                .containsEntry("b", "3");
        assertThat(maps.withField("metadata.name", "applied").list().getItems()).hasSize(1);
        assertThat(client.configMaps()
                        .inAnyNamespace()
                        .withLabelNotIn("x", "y")
                        .list()
                        .getItems())
                .isNotEmpty();
        maps.withName("applied").delete();
    }

    @Test
    void aChunkedWatchSendsBookmarksAndEndsInTime() throws Exception {
        cluster.close();
        client.close();
        cluster = LocalCluster.start(
                vertx,
                LocalClusterSettings.in(folder)
                        .freeFloor(0)
                        .limits(new io.kumiki.localcluster.api.ApiListener.Limits(
                                64 * 1024, 1 << 20, java.time.Duration.ofMillis(200))));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
                .build();
        String revision =
                client.configMaps().inNamespace("kubeflow").list().getMetadata().getResourceVersion();
        var answer = http(
                "GET",
                "/api/v1/namespaces/kubeflow/configmaps?watch=True&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion="
                        + revision,
                null);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().lines()).isNotEmpty().allMatch(line -> line.startsWith("{\"type\":\"BOOKMARK\""));
        var large = http("POST", "/api/v1/namespaces/kubeflow/configmaps", "x".repeat(70_000));
        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(http("POST", "/api/v1/namespaces/kubeflow/configmaps", "{\"a\":")
                        .statusCode())
                .isEqualTo(400);
        assertThat(http("GET", "/api/v1/namespaces/kubeflow/pods/none/log", null)
                        .statusCode())
                .isEqualTo(404);
        assertThat(http("GET", "/version", null).body()).contains("v1.34");
    }

    private java.net.http.HttpResponse<String> http(String method, String path, String body) throws Exception {
        var trust = java.security.KeyStore.getInstance(java.security.KeyStore.getDefaultType());
        trust.load(null, null);
        trust.setCertificateEntry(
                "ca",
                java.security.cert.CertificateFactory.getInstance("X.509")
                        .generateCertificate(new java.io.ByteArrayInputStream(
                                cluster.authorityPem().getBytes(java.nio.charset.StandardCharsets.US_ASCII))));
        var trusting =
                javax.net.ssl.TrustManagerFactory.getInstance(javax.net.ssl.TrustManagerFactory.getDefaultAlgorithm());
        trusting.init(trust);
        var tls = javax.net.ssl.SSLContext.getInstance("TLS");
        tls.init(null, trusting.getTrustManagers(), null);
        var publisher = body == null
                ? java.net.http.HttpRequest.BodyPublishers.noBody()
                : java.net.http.HttpRequest.BodyPublishers.ofString(body);
        try (var plain = java.net.http.HttpClient.newBuilder().sslContext(tls).build()) {
            return plain.send(
                    java.net.http.HttpRequest.newBuilder(java.net.URI.create(cluster.url() + path))
                            .header("authorization", "Bearer " + cluster.adminToken())
                            .header("content-type", "application/json")
                            .method(method, publisher)
                            .build(),
                    java.net.http.HttpResponse.BodyHandlers.ofString());
        }
    }
}
