package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Volumes and their mounts. Names are made from what is mounted, shortened to Kubernetes' 63 characters, and
/// unique in the pod.
final class VolumeFragments {
    private static final int LONGEST = 63;

    private final ObjectNode out;
    private final Set<String> names = new HashSet<>();

    VolumeFragments(ObjectNode out) {
        this.out = out;
    }

    void secret(JsonNode e, @Nullable String name) {
        if (name != null) {
            ObjectNode source = volume(name, e).putObject("secret").put("secretName", name);
            optional(e, source);
        }
    }

    void configMap(JsonNode e, @Nullable String name) {
        if (name != null) {
            ObjectNode source = volume(name, e).putObject("configMap").put("name", name);
            optional(e, source);
        }
    }

    void claim(JsonNode e, @Nullable String name) {
        if (name != null) {
            volume(name, e).putObject("persistentVolumeClaim").put("claimName", name);
        }
    }

    void emptyDir(JsonNode e) {
        ObjectNode source = volume(e.path("volumeName").asText(), e).putObject("emptyDir");
        if (!e.path("medium").asText().isEmpty()) {
            source.put("medium", e.path("medium").asText());
        }
        if (!e.path("sizeLimit").asText().isEmpty()) {
            source.put("sizeLimit", e.path("sizeLimit").asText());
        }
    }

    void sharedMemory(JsonNode e) {
        String name = e.path("volumeName").asText();
        ObjectNode source = volume(name.isEmpty() ? "shm" : name, "/dev/shm", "")
                .putObject("emptyDir")
                .put("medium", "Memory");
        if (!e.path("size").asText().isEmpty()) {
            source.put("sizeLimit", e.path("size").asText());
        }
    }

    void ephemeral(JsonNode e) {
        ObjectNode template =
                volume(e.path("volumeName").asText(), e).putObject("ephemeral").putObject("volumeClaimTemplate");
        if (e.get("metadata") instanceof ObjectNode metadata && !metadata.isEmpty()) {
            template.set("metadata", metadata.deepCopy());
        }
        ObjectNode spec = template.putObject("spec");
        spec.set("accessModes", e.path("accessModes").isArray() ? e.path("accessModes") : spec.arrayNode());
        spec.putObject("resources")
                .putObject("requests")
                .put("storage", e.path("size").asText());
        if (!e.path("defaultStorageClass").asBoolean(false)) {
            spec.put("storageClassName", e.path("storageClassName").asText());
        }
    }

    private static void optional(JsonNode e, ObjectNode source) {
        if (e.path("optional").asBoolean(false)) {
            source.put("optional", true);
        }
    }

    private ObjectNode volume(String name, JsonNode e) {
        return volume(name, e.path("mountPath").asText(), e.path("subPath").asText());
    }

    private ObjectNode volume(String wanted, String mountPath, String subPath) {
        String name = unique(wanted);
        ObjectNode mount =
                list(PlatformFields.VOLUME_MOUNTS).addObject().put("name", name).put("mountPath", mountPath);
        if (!subPath.isEmpty()) {
            mount.put("subPath", subPath);
        }
        return list(PlatformFields.VOLUMES).addObject().put("name", name);
    }

    private String unique(String wanted) {
        String clean =
                wanted.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-").replaceAll("^-+|-+$", "");
        String stem = clean.isEmpty() ? "volume" : clean;
        if (stem.length() > LONGEST) {
            stem = stem.substring(0, LONGEST - 9).replaceAll("-+$", "") + "-"
                    + Board.uuid(wanted).substring(0, 8);
        }
        String name = stem;
        for (int n = 2; !names.add(name); n++) {
            String suffix = "-" + n;
            name = stem.substring(0, Math.min(stem.length(), LONGEST - suffix.length())) + suffix;
        }
        return name;
    }

    private ArrayNode list(String key) {
        return out.get(key) instanceof ArrayNode a ? a : out.putArray(key);
    }
}
