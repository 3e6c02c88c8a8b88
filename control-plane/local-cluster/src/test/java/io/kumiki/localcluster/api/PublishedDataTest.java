package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Caller;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.model.Json;
import io.kumiki.runtime.yaml.Yaml;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// What other projects publish, read by this server: definitions install, samples lose nothing, types agree.
class PublishedDataTest {
    private static final WriteOptions TEST = WriteOptions.by("test");

    private final Cluster cluster =
            new Cluster(ClusterSettings.simulated(() -> Instant.parse("2026-01-01T00:00:00Z"), 1), Journal.memory());

    static Path shared() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve("shared/conformance");
            if (Files.isDirectory(found)) {
                return found;
            }
        }
        System.out.println("SKIPPED: no published data (shared/conformance) beside this checkout");
        Assumptions.abort("no published data");
        throw new AssertionError();
    }

    @Test
    void everyPublishedDefinitionInstalls() throws IOException {
        List<String> refused = new ArrayList<>();
        int installed = 0;
        for (Path file : files(shared().resolve("crds"))) {
            for (JsonNode document : Yaml.documents(Files.readAllBytes(file))) {
                if (document.path("kind").asText().equals("CustomResourceDefinition")) {
                    String name = document.path("metadata").path("name").asText();
                    try {
                        if (cluster.get(ResourceType.DEFINITIONS, "", name) == null) {
                            cluster.create(ResourceType.DEFINITIONS, "", (ObjectNode) document, TEST);
                        }
                        installed++;
                    } catch (ApiFault fault) {
                        refused.add(file.getFileName() + ": " + fault.getMessage());
                    }
                }
            }
        }
        assertThat(refused).isEmpty();
        assertThat(installed).isGreaterThan(40);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(f -> f.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    private JsonNode get(String path) {
        var answer = (ApiAnswer.Whole)
                cluster.handle(new ApiRequest("GET", path, Map.of(), Map.of(), new byte[0], Caller.administrator()));
        var bytes = new ByteArrayOutputStream();
        answer.body().forEach(bytes::writeBytes);
        return Json.parse(bytes.toByteArray());
    }

    /// Every field, list rule and required field of the types served is as Kubernetes publishes it.
    @Test
    void typesAgreeWithThePublishedOnes() throws IOException {
        Path published = shared().resolve("kubernetes/openapi-v3/1.34");
        List<String> differences = new ArrayList<>();
        for (String place : List.of(
                "api/v1",
                "apis/coordination.k8s.io/v1",
                "apis/storage.k8s.io/v1",
                "apis/apps/v1",
                "apis/batch/v1",
                "apis/discovery.k8s.io/v1",
                "apis/policy/v1")) {
            JsonNode theirs = Json.parse(Files.readAllBytes(published.resolve(place + ".json")))
                    .at("/components/schemas");
            JsonNode ours = get("/openapi/v3/" + place).at("/components/schemas");
            ours.properties().forEach(type -> {
                JsonNode other = theirs.path(type.getKey());
                if (!other.isMissingNode()) {
                    compare(type.getKey().replaceFirst(".*\\.", ""), type.getValue(), other, differences);
                }
            });
        }
        assertThat(differences).isEmpty();
    }

    private static void compare(String type, JsonNode ours, JsonNode theirs, List<String> differences) {
        theirs.path("properties").properties().forEach(field -> {
            JsonNode mine = ours.path("properties").path(field.getKey());
            if (mine.isMissingNode()
                    && ours.path("type").asText().equals("object")
                    && !ours.path("properties").isMissingNode()) {
                differences.add(type + "." + field.getKey() + " is missing");
            }
            for (String rule :
                    List.of("x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-patch-merge-key")) {
                JsonNode wanted = field.getValue().path(rule);
                boolean plain = wanted.asText("").equals("atomic");
                if (!mine.isMissingNode()
                        && !plain
                        && !wanted.equals(mine.path(rule))
                        && !(wanted.isMissingNode()
                                && mine.path(rule).asText("").equals("atomic"))) {
                    differences.add(type + "." + field.getKey() + " " + rule + ": " + wanted + " is published, "
                            + mine.path(rule) + " is ours");
                }
            }
        });
        var wanted = new TreeSet<String>();
        theirs.path("required").forEach(each -> wanted.add(each.asText()));
        var found = new TreeSet<String>();
        ours.path("required").forEach(each -> found.add(each.asText()));
        if (!wanted.containsAll(found)) {
            differences.add(type + " requires " + found + ", published is " + wanted);
        }
        boolean atomic = theirs.path("x-kubernetes-map-type").asText("").equals("atomic");
        if (atomic != ours.path("x-kubernetes-map-type").asText("").equals("atomic")
                && !ours.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
            differences.add(type + " is " + (atomic ? "" : "not ") + "atomic as published");
        }
    }

    /// One object of each kind with every field filled: nothing may be dropped, every type must fit.
    @Test
    void nothingOfThePublishedSamplesIsLost() throws IOException {
        Path samples = shared().resolve("kubernetes/api-samples/1.34");
        Map<String, String> models = new java.util.TreeMap<>(Map.of(
                "coordination.k8s.io.v1.Lease",
                "coordination.v1.Lease",
                "storage.k8s.io.v1.StorageClass",
                "storage.StorageClass",
                "discovery.k8s.io.v1.EndpointSlice",
                "discovery.v1.EndpointSlice",
                "policy.v1.PodDisruptionBudget",
                "policy.v1.PodDisruptionBudget",
                "batch.v1.Job",
                "batch.v1.Job",
                "batch.v1.CronJob",
                "batch.v1.CronJob"));
        for (String kind : List.of("ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")) {
            models.put("apps.v1." + kind, "apps." + kind);
        }
        for (String kind : List.of(
                "Pod",
                "Node",
                "Namespace",
                "Service",
                "ConfigMap",
                "Secret",
                "ServiceAccount",
                "Event",
                "PersistentVolumeClaim",
                "PersistentVolume")) {
            models.put("core.v1." + kind, kind);
        }
        List<String> lost = new ArrayList<>();
        for (var each : models.entrySet()) {
            ObjectNode sample = (ObjectNode) Json.parse(Files.readAllBytes(samples.resolve(each.getKey() + ".json")));
            var decoded = io.kumiki.kube.schema.Decoding.decode(
                    sample, io.kumiki.kube.schema.ModelSchemas.of(each.getValue()));
            decoded.unknown().forEach(path -> lost.add(each.getKey() + ": " + path));
            decoded.violations().forEach(wrong -> lost.add(each.getKey() + ": " + wrong));
        }
        assertThat(lost).isEmpty();
    }
}
