package io.kumiki.runtime.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.kumiki.model.Json;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ControllerTest {
    private static final ObjectKey KEY = new ObjectKey("ns", "a");

    /// A cache that shows what the test put there.
    private static final class Cache implements World {
        final Map<String, HasMetadata> objects = new ConcurrentHashMap<>();

        void put(String name, String revision, Map<String, String> data) {
            objects.put(
                    name,
                    new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace("ns")
                            .withName(name)
                            .withResourceVersion(revision)
                            .withGeneration(3L)
                            .endMetadata()
                            .withData(data)
                            .build());
        }

        @Override
        public <T extends HasMetadata> Optional<T> get(Class<T> kind, String namespace, String name) {
            return Optional.ofNullable(kind.cast(objects.get(name)));
        }

        @Override
        public <T extends HasMetadata> List<T> list(Class<T> kind, String namespace) {
            return objects.values().stream().map(kind::cast).toList();
        }

        @Override
        public <T extends HasMetadata> List<T> ownedBy(Class<T> kind, String ownerUid) {
            return List.of();
        }
    }

    private final Cache cache = new Cache();
    private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
    private volatile int faultsLeft;
    private Controller<ConfigMap> controller;

    private void start(Reconciler<ConfigMap> reconciler, StatusWriter<ConfigMap> status) {
        Applier applier = action -> {
            if (faultsLeft-- > 0) {
                said.add("conflict");
                throw new Applier.ApplyFault("Kubernetes409", true, "conflict", new IllegalStateException());
            }
            said.add("applied");
        };
        controller = new Controller<>(
                new Controller.Parts<>(
                        ConfigMap.class,
                        reconciler,
                        cache,
                        applier,
                        status,
                        new Backoff(Duration.ofMillis(2), Duration.ofMillis(10), new SplittableRandom(1)),
                        () -> Instant.EPOCH,
                        OpenTelemetry.noop()),
                new WorkQueue<>());
        controller.start(2);
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    private String next() throws InterruptedException {
        return said.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void appliesThenWritesStatusOnceTheCacheHasCaughtUp() throws Exception {
        cache.put("a", "1", Map.of());
        start(
                (object, world, now) -> {
                    said.add("decided " + object.getMetadata().getResourceVersion());
                    return Plan.of(
                            List.of(new Action.Create(object)), Json.object().put("phase", "Done"));
                },
                (object, status) -> {
                    said.add("status");
                    return object.getMetadata().getResourceVersion().equals("1");
                });
        controller.wake(KEY);
        assertThat(List.of(next(), next(), next())).containsExactly("decided 1", "applied", "status");
        controller.wake(KEY); // the cache still shows revision 1: no second decision on it
        cache.put("a", "2", Map.of());
        assertThat(next()).isEqualTo("decided 2");
    }

    @Test
    void retriesAfterFaultsAndForgetsThem() throws Exception {
        faultsLeft = 3;
        cache.put("a", "1", Map.of());
        start((object, world, now) -> Plan.of(List.of(new Action.Create(object)), Json.object()), (object, status) -> {
            said.add("status");
            return false;
        });
        controller.wake(KEY);
        assertThat(List.of(next(), next(), next(), next(), next()))
                .containsExactly("conflict", "conflict", "conflict", "applied", "status");
    }

    @Test
    void anObjectThatIsGoneIsNotDecidedOn() throws Exception {
        cache.put("b", "1", Map.of());
        start(
                (object, world, now) -> {
                    said.add(object.getMetadata().getName());
                    return Plan.NOTHING;
                },
                (object, status) -> false);
        controller.wake(KEY);
        controller.wake(new ObjectKey("ns", "b"));
        assertThat(next()).isEqualTo("b");
        assertThat(said).isEmpty();
    }

    @Test
    void looksAgainWhenThePlanSaysSo() throws Exception {
        cache.put("a", "1", Map.of());
        start(
                (object, world, now) -> {
                    said.add("looked");
                    return Plan.NOTHING.lookAgainAfter(Duration.ofMillis(1));
                },
                (object, status) -> false);
        controller.wake(KEY);
        assertThat(List.of(next(), next(), next())).containsOnly("looked");
    }

    @Test
    void aReconcilerThatThrowsHoldsNoOtherKey() throws Exception {
        cache.put("a", "1", Map.of());
        cache.put("b", "1", Map.of());
        start(
                (object, world, now) -> {
                    if (object.getMetadata().getName().equals("a")) {
                        throw new IllegalStateException("poison");
                    }
                    said.add("b");
                    return Plan.NOTHING;
                },
                (object, status) -> false);
        controller.wake(KEY);
        controller.wake(new ObjectKey("ns", "b"));
        assertThat(next()).isEqualTo("b");
    }
}
