package io.kumiki.conformance.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.extender.AdmissionDesk;
import io.kumiki.extender.Extender;
import io.kumiki.extender.Webhook;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.extender.rig.Pods;
import io.kumiki.extender.rig.Rig;
import io.kumiki.model.Json;
import io.kumiki.model.crd.Definition;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.model.scheduling.TenantQuota;
import io.kumiki.planner.PlannerOptions;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The webhook before a real kube-apiserver, pinned and gated pods before the stock kube-scheduler.
class AdmissionIT {
    private static final long PATIENCE = 60;

    @Test
    void singlePodsAndAnotherSystemsGangOnARealCluster() throws Exception {
        Vertx vertx = Vertx.vertx();
        var desk = new AdmissionDesk();
        try (Rig rig = Rig.start("", false);
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(
                                Files.readString(rig.kubernetes().kubeconfig())))
                        .build()) {
            for (var kind : List.of(Gang.class, TenantQuota.class, PlaceLevels.class)) {
                client.resource(Json.write(Definition.of(kind))).create();
            }
            client.apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .withName("gangs.kumiki.io")
                    .waitUntilCondition(
                            crd -> crd.getStatus() != null
                                    && crd.getStatus().getConditions().stream()
                                            .anyMatch(c -> c.getType().equals("Established")
                                                    && c.getStatus().equals("True")),
                            PATIENCE,
                            TimeUnit.SECONDS);
            rig.namespace("team");
            rig.nodes(2, i -> Pods.node("node-" + i, 8, 32, Map.of()));
            var settings = new Extender.Settings(0, "kube-system", "test", true, PlannerOptions.DEFAULT);
            try (var extender = Extender.listen(vertx, client, settings, Clock.systemUTC(), desk, () -> {})) {
                extender.start();
                assertThat(extender.awaitReady(Duration.ofSeconds(PATIENCE))).isTrue();
                rig.kubernetes().scheduler("default-scheduler", Extender.schedulerEntries(extender.port()));
                try (var webhook = Webhook.start(
                        vertx,
                        client,
                        extender.reviews(new PodAdmission(desk, PodAdmission.Rules.PLAIN)),
                        new Webhook.Settings(0, "kube-system", "127.0.0.1", ""),
                        Clock.systemUTC())) {
                    assertThat(webhook.port()).isPositive();
                    pods(client);
                }
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static void pods(KubernetesClient client) {
        // Until the API server's own watch has brought the configuration, pods pass unseen.
        awaitWebhook(client);
        JsonNode first = make(client, pod("first", 8));
        assertThat(pin(first)).startsWith("node-");
        assertThat(first.path("spec").has("schedulingGates")).isFalse();
        bound(client, "first", pin(first));
        JsonNode second = make(client, pod("second", 6));
        bound(client, "second", pin(second));
        JsonNode third = make(client, pod("third", 4));
        assertThat(third.path("spec")
                        .path("schedulingGates")
                        .path(0)
                        .path("name")
                        .asText())
                .isEqualTo("kumiki.io/queue");
        client.pods().inNamespace("team").withName("second").withGracePeriod(0).delete();
        bound(client, "third", pin(second));
        for (int i = 0; i < 2; i++) {
            ObjectNode member = pod("q-" + i, 2);
            member.withObject("/metadata/labels").put("kueue.x-k8s.io/pod-group-name", "q");
            member.withObject("/metadata/annotations").put("kueue.x-k8s.io/pod-group-total-count", "2");
            make(client, member);
        }
        bound(client, "q-0", pin(second));
        bound(client, "q-1", pin(second));
        GenericKubernetesResource gang = client.genericKubernetesResources("kumiki.io/v1alpha1", "Gang")
                .inNamespace("team")
                .withName("q")
                .get();
        assertThat(Json.mapper()
                        .<JsonNode>valueToTree(gang)
                        .path("status")
                        .path("ready")
                        .asText())
                .isEqualTo("2/2");
    }

    private static void awaitWebhook(KubernetesClient client) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        boolean there = false;
        for (int i = 0; !there && System.nanoTime() < until; i++) {
            there = !pin(Json.mapper()
                            .valueToTree(client.resource(Json.write(pod("probe-" + i, 1)))
                                    .inNamespace("team")
                                    .dryRun(true)
                                    .create()))
                    .isEmpty();
        }
        assertThat(there).as("the API server asks the webhook").isTrue();
    }

    private static ObjectNode pod(String name, int gpus) {
        ObjectNode pod = Pods.plain(name, gpus, "1").deepCopy();
        pod.put("apiVersion", "v1").put("kind", "Pod");
        return pod;
    }

    private static JsonNode make(KubernetesClient client, ObjectNode pod) {
        return Json.mapper()
                .valueToTree(
                        client.resource(Json.write(pod)).inNamespace("team").create());
    }

    private static void bound(KubernetesClient client, String name, String node) {
        Pod pod = client.pods()
                .inNamespace("team")
                .withName(name)
                .waitUntilCondition(p -> p != null && p.getSpec().getNodeName() != null, PATIENCE, TimeUnit.SECONDS);
        assertThat(Objects.requireNonNull(pod).getSpec().getNodeName()).as(name).isEqualTo(node);
    }

    private static String pin(JsonNode pod) {
        return pod.at("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"
                        + "/nodeSelectorTerms/0/matchFields/0/values/0")
                .asText("");
    }
}
