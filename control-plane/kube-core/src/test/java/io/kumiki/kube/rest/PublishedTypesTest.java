package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// The OpenAPI documents of the built-in kinds beside those that Kubernetes 1.34 publishes: every path of a field, its
/// type and its format.
class PublishedTypesTest {
    private static final String NEWER =
            "the model classes are of a newer Kubernetes: accepted and kept, used by nothing";
    /// Parts of `Kind.path` where ours differs, and why.
    private static final Map<String, String> DIFFERENT = Map.ofEntries(
            Map.entry(".schedulingGroup", NEWER),
            Map.entry(".podCertificate.userAnnotations", NEWER),
            Map.entry("CustomResourceDefinition.status.observedGeneration", NEWER),
            Map.entry("CustomResourceDefinition.status.conditions[].observedGeneration", NEWER),
            Map.entry("Node.status.declaredFeatures", NEWER),
            Map.entry("Pod.status.allocatedResources", NEWER),
            Map.entry("Pod.status.resources", NEWER),
            Map.entry("Pod.status.nodeAllocatableResourceClaimStatuses", NEWER),
            Map.entry(".allocatedResourcesStatus[].resources[].message", NEWER),
            Map.entry(".volumeMounts[].volumeStatus", NEWER),
            Map.entry("ControllerRevision.data", "any value is kept, not only objects"));

    private final Requests api = new Requests();

    private static Path published() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve("shared/conformance/kubernetes/openapi-v3/1.34");
            if (Files.isDirectory(found)) {
                return found;
            }
        }
        System.out.println("SKIPPED: no published data (shared/conformance) beside this checkout");
        Assumptions.abort("no published data");
        throw new AssertionError();
    }

    @Test
    void pathsAndTypesAreThoseThatArePublished() throws IOException {
        Map<String, String> differences = new TreeMap<>();
        int compared = 0;
        for (Map.Entry<String, JsonNode> place :
                api.get("/openapi/v3").json().path("paths").properties()) {
            Path file = published().resolve(place.getKey() + ".json");
            if (!Files.exists(file)) {
                continue;
            }
            JsonNode theirs = Json.parse(Files.readAllBytes(file)).at("/components/schemas");
            JsonNode ours = api.get("/openapi/v3/" + place.getKey()).json().at("/components/schemas");
            for (Map.Entry<String, JsonNode> type : ours.properties()) {
                String kind = type.getValue()
                        .at("/x-kubernetes-group-version-kind/0/kind")
                        .asText("");
                if (!kind.isEmpty() && !kind.endsWith("List") && theirs.has(type.getKey())) {
                    compare(kind, fields(type.getKey(), theirs), fields(type.getKey(), ours), differences);
                    compared++;
                }
            }
        }
        differences.keySet().removeIf(path -> DIFFERENT.keySet().stream().anyMatch(path::contains));
        assertThat(differences)
                .as(String.join(
                        "\n",
                        differences.entrySet().stream().map(Object::toString).toList()))
                .isEmpty();
        assertThat(compared).isGreaterThan(15);
    }

    /// `kubectl explain` fails where a schema says nothing.
    @Test
    void everySchemaSaysSomething() {
        List<String> silent = new ArrayList<>();
        for (Map.Entry<String, JsonNode> place :
                api.get("/openapi/v3").json().path("paths").properties()) {
            JsonNode schemas = api.get("/openapi/v3/" + place.getKey()).json().at("/components/schemas");
            schemas.properties()
                    .forEach(type -> type.getValue()
                            .path("properties")
                            .properties()
                            .forEach(field -> {
                                if (field.getValue().isEmpty()
                                        || field.getValue().path("items").isObject()
                                                && field.getValue()
                                                        .path("items")
                                                        .isEmpty()) {
                                    silent.add(type.getKey() + "." + field.getKey());
                                }
                            }));
        }
        assertThat(silent).isEmpty();
    }

    private static void compare(
            String kind, Map<String, String> theirs, Map<String, String> ours, Map<String, String> differences) {
        theirs.forEach((path, type) -> {
            if (!type.equals(ours.get(path))) {
                differences.put(kind + path, type + " is published, ours is " + ours.get(path));
            }
        });
        ours.forEach((path, type) -> {
            if (!theirs.containsKey(path)) {
                differences.put(kind + path, "is not published, ours is " + type);
            }
        });
    }

    private static Map<String, String> fields(String type, JsonNode schemas) {
        Map<String, String> fields = new LinkedHashMap<>();
        walk("", schemas.path(type), schemas, new ArrayList<>(List.of(type)), fields);
        return fields;
    }

    private static void walk(
            String path, JsonNode given, JsonNode schemas, List<String> inside, Map<String, String> fields) {
        JsonNode schema = given;
        String reference = given.path("$ref").asText(given.at("/allOf/0/$ref").asText(""));
        Set<String> open = new HashSet<>(inside);
        List<String> below = new ArrayList<>(inside);
        if (!reference.isEmpty()) {
            String name = reference.substring(reference.lastIndexOf('/') + 1);
            if (!open.add(name)) {
                fields.put(path, "again " + name);
                return;
            }
            below.add(name);
            schema = schemas.path(name);
        }
        String format = schema.path("format").asText("");
        String type = schema.path("type").asText(schema.has("oneOf") ? "either" : "");
        fields.put(path, type + (format.isEmpty() || type.equals("either") ? "" : " " + format));
        for (Map.Entry<String, JsonNode> each : schema.path("properties").properties()) {
            walk(path + "." + each.getKey(), each.getValue(), schemas, below, fields);
        }
        if (schema.path("items").isObject()) {
            walk(path + "[]", schema.get("items"), schemas, below, fields);
        }
        if (schema.path("additionalProperties").isObject()) {
            walk(path + ".*", schema.get("additionalProperties"), schemas, below, fields);
        }
    }
}
