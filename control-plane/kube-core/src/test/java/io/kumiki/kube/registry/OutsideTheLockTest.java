package io.kumiki.kube.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Rules are compiled without the cluster's lock: while that goes on for a second or so, others write as ever.
class OutsideTheLockTest {
    private static final WriteOptions BY = WriteOptions.by("test");
    private static final ResourceType CONFIG_MAPS = new ResourceType("", "v1", "configmaps");
    private static final ResourceType THINGS = new ResourceType("example.com", "v1", "things");

    private final Cluster cluster =
            new Cluster(ClusterSettings.simulated(() -> Instant.parse("2026-01-01T00:00:00Z"), 1), Journal.memory());
    private int made;

    @BeforeEach
    void begin() {
        ObjectNode namespace = Json.object();
        namespace.putObject("metadata").put("name", "n");
        cluster.create(ResourceType.NAMESPACES, "", namespace, BY);
        // Classes are loaded before anything is measured.
        cluster.create(ResourceType.DEFINITIONS, "", definition("warm", 3), BY);
        write();
    }

    private static ObjectNode definition(String plural, int rules) {
        ObjectNode definition = (ObjectNode) Json.parse("""
            {"metadata":{"name":"PLURAL.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"PLURAL","kind":"K-PLURAL"},
              "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
               "properties":{"spec":{"type":"object","properties":{"n":{"type":"integer"}}}}}}}]}}\
            """.replace("PLURAL", plural));
        ArrayNode list = ((ObjectNode) definition.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec"))
                .putArray("x-kubernetes-validations");
        for (int i = 0; i < rules; i++) {
            list.addObject().put("rule", "self.n == " + i + " || self.n + 1 > 0" + " && self.n < 1000".repeat(20));
        }
        return definition;
    }

    private void write() {
        ObjectNode map = Json.object();
        map.putObject("metadata").put("name", "c" + made++);
        cluster.create(CONFIG_MAPS, "n", map, BY);
    }

    /// The longest write of others while that went on must be far shorter than it.
    private void others(Runnable slow) {
        long begin = System.nanoTime();
        CompletableFuture<Void> done =
                CompletableFuture.runAsync(slow, task -> Thread.ofPlatform().start(task));
        long longest = 0;
        int before = made;
        while (!done.isDone()) {
            long at = System.nanoTime();
            write();
            longest = Math.max(longest, System.nanoTime() - at);
        }
        done.join();
        Duration all = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(made - before).as("writes of others in " + all).isGreaterThan(10);
        assertThat(Duration.ofNanos(longest)).as("longest write of others").isLessThan(all.dividedBy(2));
    }

    @Test
    void aDefinitionWithManyRulesStopsNobody() {
        others(() -> cluster.create(ResourceType.DEFINITIONS, "", definition("things", 120), BY));
        others(() -> cluster.patch(
                ResourceType.DEFINITIONS,
                "",
                "things.example.com",
                "",
                PatchType.MERGE,
                definition("things", 121),
                BY));
    }

    @Test
    void itsFirstObjectStopsNobody() {
        cluster.create(ResourceType.DEFINITIONS, "", definition("things", 120), BY);
        others(() -> {
            ObjectNode thing = Json.object();
            thing.putObject("metadata").put("name", "x");
            thing.putObject("spec").put("n", 1);
            cluster.create(THINGS, "n", thing, BY);
        });
    }
}
