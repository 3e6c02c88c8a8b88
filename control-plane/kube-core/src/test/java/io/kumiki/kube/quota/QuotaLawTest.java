package io.kumiki.kube.quota;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.Journal;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.model.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever is written in whatever order: what a quota says is used is what a recount finds, and nothing new passes
/// a limit.
class QuotaLawTest {
    private static final WriteOptions BY = WriteOptions.by("test");
    private static final String HARD =
            "{\"pods\":\"6\",\"count/pods\":\"9\",\"requests.cpu\":\"3\",\"limits.memory\":\"4Gi\",\"requests.nvidia.com/gpu\":\"4\",\"configmaps\":\"4\",\"count/configmaps\":\"5\"}";

    private static Cluster cluster() {
        Cluster cluster = new Cluster(ClusterSettings.simulated(() -> Instant.EPOCH, 3), Journal.memory());
        cluster.create(ResourceType.NAMESPACES, "", (ObjectNode) Json.parse("{\"metadata\":{\"name\":\"n\"}}"), BY);
        return cluster;
    }

    private static void quota(Cluster cluster, String name, String hard, String scopes) {
        cluster.create(
                ResourceType.QUOTAS,
                "n",
                (ObjectNode) Json.parse(
                        "{\"metadata\":{\"name\":\"" + name + "\"},\"spec\":{\"hard\":" + hard + scopes + "}}"),
                BY);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89})
    void usedIsARecountAndNeverPassesTheLimit(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Cluster cluster = cluster();
        quota(cluster, "all", HARD, "");
        quota(cluster, "rest", "{\"pods\":\"3\"}", ",\"scopes\":[\"BestEffort\"]");
        for (int step = 0; step < 150; step++) {
            try {
                act(cluster, random);
            } catch (ApiFault fault) {
                assertThat(fault.code())
                        .as("seed %d step %d: %s", seed, step, fault.getMessage())
                        .isIn(403, 404, 409);
            }
            compare(cluster, seed, step);
        }
    }

    private static void act(Cluster cluster, SplittableRandom random) {
        String name = "x" + random.nextInt(12);
        switch (random.nextInt(7)) {
            case 0, 1, 2 -> cluster.create(ResourceType.PODS, "n", pod(name, random), BY);
            case 3 ->
                cluster.patch(
                        ResourceType.PODS,
                        "n",
                        name,
                        "status",
                        PatchType.MERGE,
                        Json.parse("{\"status\":{\"phase\":\"" + (random.nextBoolean() ? "Succeeded" : "Running")
                                + "\"}}"),
                        BY);
            case 4 -> cluster.delete(ResourceType.PODS, "n", name, Deletion.DEFAULT);
            case 5 ->
                cluster.create(
                        ResourceType.CONFIG_MAPS,
                        "n",
                        (ObjectNode) Json.parse("{\"metadata\":{\"name\":\"" + name + "\"}}"),
                        BY);
            default -> cluster.delete(ResourceType.CONFIG_MAPS, "n", name, Deletion.DEFAULT);
        }
    }

    private static ObjectNode pod(String name, SplittableRandom random) {
        String resources = random.nextInt(3) == 0
                ? "{}"
                : "{\"requests\":{\"cpu\":\"" + (1 + random.nextInt(9)) * 100 + "m\"},\"limits\":{\"memory\":\""
                        + (1 + random.nextInt(4)) * 256 + "Mi\",\"nvidia.com/gpu\":\"" + random.nextInt(3) + "\"}}";
        return (ObjectNode) Json.parse("""
            {"metadata":{"name":"%s"},"spec":{"containers":[{"name":"a","image":"x","resources":%s},{"name":"b","image":"x","resources":%s}]}}\
            """.formatted(name, resources, resources));
    }

    /// Counts once more, the plain way.
    private static void compare(Cluster cluster, long seed, int step) {
        Map<String, BigDecimal> counted = new TreeMap<>();
        BigDecimal rest = BigDecimal.ZERO;
        for (JsonNode pod : cluster.list(ResourceType.PODS, "n", Selection.ALL).items()) {
            counted.merge("count/pods", BigDecimal.ONE, BigDecimal::add);
            if (pod.path("status").path("phase").asText().equals("Succeeded")) {
                continue;
            }
            counted.merge("pods", BigDecimal.ONE, BigDecimal::add);
            if (pod.path("status").path("qosClass").asText().equals("BestEffort")) {
                rest = rest.add(BigDecimal.ONE);
            }
            for (JsonNode container : pod.path("spec").path("containers")) {
                JsonNode resources = container.path("resources");
                sum(counted, "requests.cpu", resources.path("requests").path("cpu"));
                sum(counted, "limits.memory", resources.path("limits").path("memory"));
                sum(
                        counted,
                        "requests.nvidia.com/gpu",
                        resources.path("requests").path("nvidia.com/gpu"));
            }
        }
        BigDecimal maps = BigDecimal.valueOf(cluster.list(ResourceType.CONFIG_MAPS, "n", Selection.ALL)
                .items()
                .size());
        counted.put("configmaps", maps);
        counted.put("count/configmaps", maps);
        JsonNode status = cluster.get(ResourceType.QUOTAS, "n", "all").path("status");
        JsonNode scoped = cluster.get(ResourceType.QUOTAS, "n", "rest").path("status");
        for (var hard : Json.parse(HARD).properties()) {
            BigDecimal used =
                    Quantity.parse(status.path("used").path(hard.getKey()).asText());
            assertThat(used)
                    .as("seed %d step %d: %s", seed, step, hard.getKey())
                    .isEqualByComparingTo(counted.getOrDefault(hard.getKey(), BigDecimal.ZERO))
                    .isLessThanOrEqualTo(bound(hard.getKey(), hard.getValue(), counted));
        }
        assertThat(Quantity.parse(scoped.path("used").path("pods").asText())).isEqualByComparingTo(rest);
    }

    /// A pod that was finished may be said to run again by a status write, which no quota stops.
    private static BigDecimal bound(String resource, JsonNode hard, Map<String, BigDecimal> counted) {
        boolean bySpec = resource.startsWith("count/") || resource.equals("configmaps");
        return bySpec ? Quantity.parse(hard.asText()) : BigDecimal.valueOf(Long.MAX_VALUE);
    }

    private static void sum(Map<String, BigDecimal> counted, String name, JsonNode amount) {
        if (amount.isTextual()) {
            counted.merge(name, Quantity.parse(amount.asText()), BigDecimal::add);
        }
    }

    @Test
    void writersAtOnceShareTheRoomExactly() throws Exception {
        Cluster cluster = cluster();
        quota(cluster, "all", "{\"pods\":\"20\"}", "");
        AtomicInteger made = new AtomicInteger();
        List<Thread> writers = new java.util.ArrayList<>();
        for (int w = 0; w < 8; w++) {
            int writer = w;
            writers.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 10; i++) {
                    try {
                        cluster.create(
                                ResourceType.PODS,
                                "n",
                                (ObjectNode) Json.parse("{\"metadata\":{\"name\":\"p" + writer + "-" + i
                                        + "\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"x\"}]}}"),
                                BY);
                        made.incrementAndGet();
                    } catch (ApiFault fault) {
                        assertThat(fault.code()).isEqualTo(403);
                    }
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        cluster.resume();
        assertThat(made).hasValue(20);
        assertThat(cluster.get(ResourceType.QUOTAS, "n", "all")
                        .path("status")
                        .path("used")
                        .path("pods")
                        .asText())
                .isEqualTo("20");
    }
}
