package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.pipelines.ir.Body;
import io.kumiki.pipelines.ir.Component;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/// The cache key of a step as KFP defines it: what goes in, what is declared to come out, the image and the command
/// before anything
/// is substituted. Not the environment, not resources, not defaults that the pipeline leaves to the component.
final class Fingerprint {
    private Fingerprint() {}

    static String of(Component component, Body.Container container, InputResolver.Inputs inputs, List<String> volumes) {
        ObjectNode key = Json.object();
        ObjectNode names = key.putObject("inputArtifactNames");
        inputs.artifacts().forEach((name, ids) -> {
            ArrayNode list = names.putObject(name).putArray("artifactNames");
            ids.forEach(id -> list.add(Long.toString(id)));
        });
        key.set("inputParameterValues", inputs.wired());
        ObjectNode artifacts = key.putObject("outputArtifactsSpec");
        component.outputArtifacts().values().forEach(a -> {
            ObjectNode artifact = artifacts.putObject(a.name());
            artifact.put("name", a.name());
            artifact.putObject("type").put("schemaTitle", a.type()).put("schemaVersion", a.schemaVersion());
            artifact.putObject("metadata");
        });
        ObjectNode parameters = key.putObject("outputParametersSpec");
        component
                .outputs()
                .values()
                .forEach(p -> parameters.put(p.name(), p.type().name()));
        ObjectNode spec = key.putObject("containerSpec");
        spec.put("image", container.imageText());
        ArrayNode argv = spec.putArray("cmdArgs");
        container.argv().forEach(argv::add);
        if (!volumes.isEmpty()) {
            ArrayNode pvcs = spec.putArray("pvcNames");
            volumes.stream().sorted().forEach(pvcs::add);
        }
        return sha256(Json.bytes(sorted(key)));
    }

    private static JsonNode sorted(JsonNode node) {
        return switch (node) {
            case ObjectNode o -> {
                var fields = new TreeMap<String, JsonNode>();
                o.properties().forEach(e -> fields.put(e.getKey(), sorted(e.getValue())));
                ObjectNode copy = Json.object();
                fields.forEach(copy::set);
                yield copy;
            }
            case ArrayNode a -> {
                ArrayNode copy = Json.array();
                a.forEach(e -> copy.add(sorted(e)));
                yield copy;
            }
            default -> node;
        };
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(new String(bytes, StandardCharsets.UTF_8), e);
        }
    }
}
