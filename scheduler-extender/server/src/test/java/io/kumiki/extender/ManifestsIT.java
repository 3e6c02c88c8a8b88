package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.extender.admission.WebhookObject;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.model.Json;
import io.kumiki.model.crd.Definition;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.model.scheduling.TenantQuota;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.runtime.yaml.Yaml;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is installed on a cluster: every file is taken by an API server, and the account in it may do what the
/// extender does.
class ManifestsIT {
    private static final Path MANIFESTS = Path.of("../../manifests");

    @TempDir
    Path folder;

    private Vertx vertx;
    private LocalCluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        cluster = LocalCluster.start(vertx, LocalClusterSettings.in(folder).inMemory());
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
                .build();
        for (var kind : List.of(Gang.class, TenantQuota.class, PlaceLevels.class)) {
            cluster.cluster().create(ResourceType.DEFINITIONS, "", Definition.of(kind), WriteOptions.by("test"));
        }
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /// The files of a kustomization, in order.
    private static List<Path> files(Path of) throws IOException {
        List<Path> files = new ArrayList<>();
        JsonNode kustomization = Yaml.document(Files.readString(of.resolve("kustomization.yaml")));
        for (JsonNode resource : kustomization.path("resources")) {
            Path at = of.resolve(resource.asText()).normalize();
            files.addAll(Files.isDirectory(at) ? files(at) : List.of(at));
        }
        return files;
    }

    private List<HasMetadata> install(String overlay) throws IOException {
        List<HasMetadata> made = new ArrayList<>();
        for (Path file : files(MANIFESTS.resolve(overlay))) {
            try (InputStream in = Files.newInputStream(file)) {
                client.load(in).items().forEach(item -> {
                    // The embedded API server would call the webhook of a service that nobody serves.
                    if (!item.getKind().equals("MutatingWebhookConfiguration")) {
                        made.add(client.resource(item).create());
                    }
                });
            }
        }
        return made;
    }

    @Test
    void theAccountMayDoWhatTheExtenderDoes() throws Exception {
        assertThat(install("extender"))
                .extracting(HasMetadata::getKind)
                .contains("Deployment", "Service", "PriorityClass");
        String token = cluster.cluster().accountToken("kumiki-system", "kumiki-extender", "", 3600, "", "");
        Config admin = Config.fromKubeconfig(Files.readString(cluster.kubeconfig()));
        Config account = new ConfigBuilder()
                .withMasterUrl(admin.getMasterUrl())
                .withCaCertData(admin.getCaCertData())
                .withOauthToken(token)
                .withAutoConfigure(false)
                .build();
        var desk = new AdmissionDesk();
        var settings = new Extender.Settings(0, "kumiki-system", "test", false, PlannerOptions.DEFAULT);
        try (var as = new KubernetesClientBuilder().withConfig(account).build();
                var extender = Extender.listen(vertx, as, settings, Clock.systemUTC(), desk, () -> {})) {
            extender.start();
            assertThat(extender.awaitReady(Duration.ofSeconds(40)))
                    .as("it reads all that it must and holds its lease")
                    .isTrue();
            saysThatAQuotaHangsNowhere();
            try (var webhook = Webhook.start(
                    vertx,
                    as,
                    extender.reviews(new PodAdmission(desk, PodAdmission.Rules.PLAIN)),
                    new Webhook.Settings(0, "kumiki-system", "", "kumiki-system/kumiki-extender"),
                    Clock.systemUTC())) {
                // Written once, then again over what is there.
                webhook.renew();
            }
            var hook = client.admissionRegistration()
                    .v1()
                    .mutatingWebhookConfigurations()
                    .withName("kumiki-extender")
                    .get()
                    .getWebhooks()
                    .getFirst();
            assertThat(hook.getClientConfig().getService().getName()).isEqualTo("kumiki-extender");
            assertThat(hook.getClientConfig().getCaBundle())
                    .isEqualTo(client.secrets()
                            .inNamespace("kumiki-system")
                            .withName("kumiki-extender-webhook")
                            .get()
                            .getData()
                            .get("ca.crt"));
        }
    }

    private void saysThatAQuotaHangsNowhere() throws InterruptedException {
        cluster.cluster().create(Ground.QUOTAS, "", Ground.quota("lost", "nowhere", "8", ""), WriteOptions.by("test"));
        long end = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        var events = client.v1().events().inNamespace("default").withField("involvedObject.name", "lost");
        while (events.list().getItems().isEmpty()) {
            assertThat(System.nanoTime()).as("an event says it").isLessThan(end);
            Thread.sleep(50);
        }
        assertThat(client.genericKubernetesResources("kumiki.io/v1alpha1", "TenantQuota")
                        .withName("lost")
                        .get()
                        .get("status", "conditions")
                        .toString())
                .contains("status=False");
    }

    @Test
    void theWebhooksFileIsWhatTheCodeWrites() throws Exception {
        ObjectNode service = Json.object();
        service.putObject("service")
                .put("namespace", "kumiki-system")
                .put("name", "kumiki-extender")
                .put("path", "/admit/pods")
                .put("port", 443);
        assertThat(Yaml.document(Files.readString(MANIFESTS.resolve("extender/base/webhook.yaml"))))
                .isEqualTo(WebhookObject.of(service, Set.of("kumiki-system")));
    }

    @Test
    void theSchedulerOfOurOwnIsToldWhatTheCodeSays() throws Exception {
        List<HasMetadata> made = install("extender-own-scheduler");
        assertThat(made).extracting(HasMetadata::getKind).contains("Deployment", "ConfigMap", "Service");
        String config = client.configMaps()
                .inNamespace("kumiki-system")
                .withName("kumiki-scheduler")
                .get()
                .getData()
                .get("scheduler.yaml");
        assertThat(Yaml.document(config))
                .isEqualTo(Extender.schedulerConfiguration("kumiki-scheduler", "kumiki-system", 8891));
    }
}
