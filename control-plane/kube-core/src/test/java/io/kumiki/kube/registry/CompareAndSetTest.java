package io.kumiki.kube.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.registry.Histories.Operation;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Concurrent readers and compare-and-set writers of one object, and a checker that is shown to find what is wrong.
class CompareAndSetTest {
    private static final WriteOptions BY = WriteOptions.by("test");

    @Test
    void whatConcurrentClientsSeeHasOneOrder() throws Exception {
        for (int round = 0; round < 30; round++) {
            Cluster cluster = new Cluster(ClusterSettings.simulated(() -> Instant.EPOCH, round), Journal.memory());
            ObjectNode namespace = Json.object();
            namespace.putObject("metadata").put("name", "n");
            cluster.create(ResourceType.NAMESPACES, "", namespace, BY);
            long first = revision(cluster.create(ResourceType.CONFIG_MAPS, "n", map("start", 0), BY));
            List<Operation> history = Collections.synchronizedList(new ArrayList<>());
            AtomicLong clock = new AtomicLong();
            try (var threads = Executors.newFixedThreadPool(4)) {
                List<Future<?>> all = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    int thread = t;
                    SplittableRandom random = new SplittableRandom(round * 10L + t);
                    all.add(threads.submit(() -> {
                        for (int i = 0; i < 40; i++) {
                            one(cluster, clock, random, thread + "-" + i, history);
                        }
                    }));
                }
                for (Future<?> each : all) {
                    each.get();
                }
            }
            assertThat(history).hasSizeGreaterThan(200);
            assertThat(Histories.explained(first, "start", history))
                    .as("round %d", round)
                    .isTrue();
        }
    }

    private static void one(
            Cluster cluster, AtomicLong clock, SplittableRandom random, String value, List<Operation> history) {
        long from = clock.incrementAndGet();
        ObjectNode seen = cluster.get(ResourceType.CONFIG_MAPS, "n", "m");
        history.add(Operation.read(
                from,
                clock.incrementAndGet(),
                revision(seen),
                seen.at("/data/value").asText()));
        if (random.nextInt(3) == 0) {
            return;
        }
        long begun = clock.incrementAndGet();
        try {
            ObjectNode made = cluster.update(ResourceType.CONFIG_MAPS, "n", map(value, revision(seen)), "", BY);
            history.add(Operation.set(begun, clock.incrementAndGet(), revision(seen), value, revision(made)));
        } catch (ApiFault fault) {
            assertThat(fault.reason()).isEqualTo("Conflict");
            history.add(Operation.conflict(begun, clock.incrementAndGet(), revision(seen)));
        }
    }

    private static long revision(ObjectNode object) {
        return object.at("/metadata/resourceVersion").asLong();
    }

    private static ObjectNode map(String value, long revision) {
        ObjectNode map = Json.object();
        ObjectNode metadata = map.putObject("metadata").put("name", "m");
        if (revision > 0) {
            metadata.put("resourceVersion", Long.toString(revision));
        }
        map.putObject("data").put("value", value);
        return map;
    }

    @Test
    void aLostUpdateIsFound() {
        assertThat(Histories.explained(1, "a", List.of(Operation.set(1, 4, 1, "b", 2), Operation.set(2, 3, 1, "c", 3))))
                .isFalse();
    }

    @Test
    void aStaleReadIsFound() {
        List<Operation> overlapping = List.of(Operation.set(1, 3, 1, "b", 2), Operation.read(2, 4, 1, "a"));
        List<Operation> later = List.of(Operation.set(1, 2, 1, "b", 2), Operation.read(3, 4, 1, "a"));
        assertThat(Histories.explained(1, "a", overlapping)).isTrue();
        assertThat(Histories.explained(1, "a", later)).isFalse();
    }

    @Test
    void aRevisionThatGoesBackIsFound() {
        assertThat(Histories.explained(5, "a", List.of(Operation.set(1, 2, 5, "b", 4))))
                .isFalse();
    }

    @Test
    void aConflictWithoutAReasonIsFound() {
        assertThat(Histories.explained(1, "a", List.of(Operation.conflict(1, 2, 1))))
                .isFalse();
        assertThat(Histories.explained(1, "a", List.of(Operation.conflict(1, 4, 1), Operation.set(2, 3, 1, "b", 2))))
                .isTrue();
    }

    @Test
    void aValueFromNowhereIsFound() {
        assertThat(Histories.explained(1, "a", List.of(Operation.set(1, 2, 1, "b", 2), Operation.read(3, 4, 2, "c"))))
                .isFalse();
    }
}
