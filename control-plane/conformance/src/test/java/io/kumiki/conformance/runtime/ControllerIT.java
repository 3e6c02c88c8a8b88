package io.kumiki.conformance.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.runtime.work.Action;
import io.kumiki.runtime.work.Backoff;
import io.kumiki.runtime.work.ClusterApplier;
import io.kumiki.runtime.work.Controller;
import io.kumiki.runtime.work.Plan;
import io.kumiki.runtime.work.StatusWriter;
import io.kumiki.runtime.work.Watches;
import io.kumiki.runtime.work.WorkQueue;
import io.kumiki.runtime.work.World;
import io.opentelemetry.api.OpenTelemetry;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every config map with the key `password` gets a secret of its name, and nothing else happens to anything.
@Timeout(120)
class ControllerIT {
    private final Vertx vertx = Vertx.vertx();
    private LocalCluster cluster;
    private KubernetesClient client;
    private Watches watches;
    private Controller<ConfigMap> controller;

    private static Plan decide(ConfigMap map, World world, Instant now) {
        String password = map.getData() == null ? null : map.getData().get("password");
        List<Secret> mine = world.ownedBy(Secret.class, map.getMetadata().getUid());
        if (password == null) {
            return new Plan(
                    mine.stream().map(s -> (Action) new Action.Delete(s, null)).toList(),
                    null,
                    java.util.Optional.empty());
        }
        if (mine.stream().anyMatch(s -> wanted(map, password).getStringData().equals(decoded(s)))) {
            return Plan.NOTHING;
        }
        return new Plan(
                List.of(
                        new Action.Apply(wanted(map, password)),
                        new Action.Emit(map, "Normal", "Copied", "copied into a secret")),
                null,
                java.util.Optional.empty());
    }

    private static Map<String, String> decoded(Secret secret) {
        var data = secret.getData() == null ? Map.<String, String>of() : secret.getData();
        return data.containsKey("password")
                ? Map.of("password", new String(java.util.Base64.getDecoder().decode(data.get("password"))))
                : Map.of();
    }

    private static Secret wanted(ConfigMap map, String password) {
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(map.getMetadata().getNamespace())
                .withName(map.getMetadata().getName())
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("ConfigMap")
                        .withName(map.getMetadata().getName())
                        .withUid(map.getMetadata().getUid())
                        .withController(true)
                        .build())
                .endMetadata()
                .withStringData(Map.of("password", password))
                .build();
    }

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        cluster = LocalCluster.start(
                vertx, LocalClusterSettings.in(folder).inMemory().freeFloor(0));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
                .build();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("work")
                        .endMetadata()
                        .build())
                .create();
        watches = new Watches(client);
        controller = new Controller<>(
                new Controller.Parts<>(
                        ConfigMap.class,
                        ControllerIT::decide,
                        watches,
                        new ClusterApplier(client, "copier", InstantSource.system()),
                        StatusWriter.on(client),
                        new Backoff(Duration.ofMillis(20), Duration.ofSeconds(1), new SplittableRandom(1)),
                        InstantSource.system(),
                        OpenTelemetry.noop()),
                new WorkQueue<>());
        watches.feed(ConfigMap.class, controller)
                .feedOwner(Secret.class, "ConfigMap", controller)
                .start();
        controller.start(2);
    }

    @AfterEach
    void stop() {
        controller.close();
        watches.close();
        client.close();
        cluster.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void write(String name, Map<String, String> data) {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace("work")
                        .withName(name)
                        .endMetadata()
                        .withData(data)
                        .build())
                .createOr(existing -> existing.update());
    }

    private Secret secret(String name, Predicate<Secret> holds) {
        return client.secrets()
                .inNamespace("work")
                .withName(name)
                .waitUntilCondition(s -> holds.test(s), 30, TimeUnit.SECONDS);
    }

    @Test
    void makesRepairsFollowsAndRemoves() {
        write("a", Map.of("password", "one"));
        assertThat(decoded(secret("a", s -> s != null))).containsEntry("password", "one");
        // somebody deletes the child: the owner is woken and makes it again
        client.secrets().inNamespace("work").withName("a").delete();
        secret("a", s -> s != null);
        write("a", Map.of("password", "two"));
        secret("a", s -> s != null && decoded(s).containsValue("two"));
        write("a", Map.of("other", "x"));
        client.secrets()
                .inNamespace("work")
                .withName("a")
                .waitUntilCondition(java.util.Objects::isNull, 30, TimeUnit.SECONDS);
        assertThat(client.v1().events().inNamespace("work").list().getItems())
                .isNotEmpty()
                .allSatisfy(e -> assertThat(e.getReason()).isEqualTo("Copied"));
    }

    @Test
    void aHundredObjectsSettleAndThenNothingIsWrittenAnyMore() {
        for (int i = 0; i < 100; i++) {
            write("m" + i, Map.of("password", "p" + i));
        }
        for (int i = 0; i < 100; i++) {
            int n = i;
            secret("m" + i, s -> s != null && decoded(s).containsValue("p" + n));
        }
        Map<String, String> before = revisions();
        for (int i = 0; i < 100; i++) {
            controller.wake(new io.kumiki.runtime.work.ObjectKey("work", "m" + i));
        }
        // one more object passes through the same queue behind them all
        write("last", Map.of("password", "z"));
        secret("last", s -> s != null);
        assertThat(revisions()).containsAllEntriesOf(before);
    }

    private Map<String, String> revisions() {
        return client.secrets().inNamespace("work").list().getItems().stream()
                .collect(java.util.stream.Collectors.toMap(
                        s -> s.getMetadata().getName(),
                        s -> ((HasMetadata) s).getMetadata().getResourceVersion()));
    }
}
