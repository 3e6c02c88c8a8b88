package io.kumiki.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterTest {
    private static final WriteOptions TEST = WriteOptions.by("test");
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Cluster cluster;

    @BeforeEach
    void start() {
        cluster = new Cluster(ClusterSettings.simulated(() -> now, 1), Journal.memory());
        cluster.create(ResourceType.NAMESPACES, "", named("n"), TEST);
    }

    static ObjectNode named(String name) {
        ObjectNode object = Json.object();
        object.putObject("metadata").put("name", name);
        return object;
    }

    static ObjectNode pod(String name) {
        return (ObjectNode) Json.parse("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","labels":{"app":"%s"}},
             "spec":{"containers":[{"name":"main","image":"busybox"}]}}""".formatted(name, name.substring(0, 1)));
    }

    @Test
    void aCreatedObjectIsFoundListedAndWatched() {
        List<String> seen = new ArrayList<>();
        long from = cluster.list(ResourceType.PODS, "n", Selection.ALL).revision();
        cluster.watch(
                ResourceType.PODS,
                "n",
                Selection.labels("app=a"),
                from,
                e -> seen.add(e.type() + " " + e.stored().key().name()));
        ObjectNode made = cluster.create(ResourceType.PODS, "n", pod("a1"), TEST);
        cluster.create(ResourceType.PODS, "n", pod("b1"), TEST);
        assertThat(made.path("metadata").path("uid").asText()).isNotEmpty();
        assertThat(cluster.get(ResourceType.PODS, "n", "a1")).isEqualTo(made);
        assertThat(cluster.list(ResourceType.PODS, "", Selection.labels("app in (b)"))
                        .items())
                .hasSize(1);
        cluster.bind("n", "a1", "", "node-1", Map.of("k", "v"));
        assertThat(cluster.list(ResourceType.PODS, "", Selection.fields("spec.nodeName=node-1"))
                        .items())
                .hasSize(1);
        cluster.delete(ResourceType.PODS, "n", "a1", Deletion.DEFAULT);
        assertThat(cluster.get(ResourceType.PODS, "n", "a1").path("metadata").has("deletionTimestamp"))
                .isTrue();
        cluster.delete(ResourceType.PODS, "n", "a1", Deletion.NOW);
        assertThat(cluster.get(ResourceType.PODS, "n", "a1")).isNull();
        assertThat(seen).containsExactly("ADDED a1", "MODIFIED a1", "MODIFIED a1", "DELETED a1");
    }

    @Test
    void aStaleWriteIsRefused() {
        ObjectNode made = cluster.create(ResourceType.CONFIG_MAPS, "n", named("c"), TEST);
        ObjectNode first = made.deepCopy();
        first.withObject("/data").put("a", "1");
        cluster.update(ResourceType.CONFIG_MAPS, "n", first, "", TEST);
        made.withObject("/data").put("a", "2");
        assertThatThrownBy(() -> cluster.update(ResourceType.CONFIG_MAPS, "n", made, "", TEST))
                .isInstanceOfSatisfying(
                        ApiFault.class, f -> assertThat(f.code()).isEqualTo(409));
    }

    @Test
    void aBrokenConsumerSilencesNobody() {
        List<String> heard = new ArrayList<>();
        cluster.watch(ResourceType.CONFIG_MAPS, "n", Selection.ALL, 0, e -> {
            throw new IllegalStateException("broken");
        });
        cluster.watch(
                ResourceType.CONFIG_MAPS,
                "n",
                Selection.ALL,
                0,
                e -> heard.add(e.stored().key().name()));
        assertThatThrownBy(() -> cluster.create(ResourceType.CONFIG_MAPS, "n", named("a"), TEST))
                .hasMessage("broken");
        assertThatThrownBy(() -> cluster.create(ResourceType.CONFIG_MAPS, "n", named("b"), TEST))
                .hasMessage("broken");
        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void aConsumerMayWriteAndTheOrderStays() {
        List<Long> heard = new ArrayList<>();
        cluster.watch(ResourceType.CONFIG_MAPS, "n", Selection.ALL, 0, e -> {
            heard.add(e.revision());
            if (e.stored().key().name().equals("a")) {
                cluster.create(ResourceType.CONFIG_MAPS, "n", named("b"), TEST);
            }
        });
        cluster.create(ResourceType.CONFIG_MAPS, "n", named("a"), TEST);
        assertThat(heard).hasSize(2).isSorted();
    }
}
