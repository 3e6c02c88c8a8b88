package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes a pod's volumes as folders under the pod's own folder. Written once, before the first container starts.
public final class PodVolumes {
    private static final long TOKEN_SECONDS = 3600;

    private final Path folder;
    private final PodFields fields;
    private final Sources sources;
    private final byte[] clusterCa;
    private final String namespace;

    public PodVolumes(Path folder, PodFields fields, Sources sources, byte[] clusterCa) {
        this.folder = folder;
        this.fields = fields;
        this.sources = sources;
        this.clusterCa = clusterCa;
        this.namespace = fields.pod().path("metadata").path("namespace").asText();
    }

    /// Volume name → its folder. A missing object that is not optional is [NotYet].
    public Map<String, Path> prepare() throws NotYet, IOException {
        Map<String, Path> volumes = new HashMap<>();
        for (JsonNode volume : fields.pod().path("spec").path("volumes")) {
            volumes.put(volume.path("name").asText(), one(volume));
        }
        return volumes;
    }

    /// The folder that an in-cluster client reads its identity from.
    public Path identity() throws IOException {
        Path identity = Files.createDirectories(folder.resolve("serviceaccount"));
        write(identity.resolve("token"), token("", TOKEN_SECONDS).getBytes(StandardCharsets.UTF_8), "rw-r--r--");
        write(identity.resolve("ca.crt"), clusterCa, "rw-r--r--");
        write(identity.resolve("namespace"), namespace.getBytes(StandardCharsets.UTF_8), "rw-r--r--");
        return identity;
    }

    /// Writes the tokens of projected volumes anew; the kubelet does so before they expire.
    public void renewTokens() throws NotYet, IOException {
        for (JsonNode volume : fields.pod().path("spec").path("volumes")) {
            for (JsonNode source : volume.path("projected").path("sources")) {
                if (source.has("serviceAccountToken")) {
                    Path own = folder.resolve("volumes")
                            .resolve(volume.path("name").asText());
                    writeToken(own, source.path("serviceAccountToken"), mode(volume.path("projected")));
                }
            }
        }
    }

    private void writeToken(Path own, JsonNode wanted, String mode) throws NotYet, IOException {
        String token = token(
                wanted.path("audience").asText(""),
                wanted.path("expirationSeconds").asLong(TOKEN_SECONDS));
        write(inside(own, wanted.path("path").asText()), token.getBytes(StandardCharsets.UTF_8), mode);
    }

    private Path one(JsonNode volume) throws NotYet, IOException {
        String name = volume.path("name").asText();
        if (volume.has("persistentVolumeClaim")) {
            return claimed(
                    volume.path("persistentVolumeClaim").path("claimName").asText());
        }
        Path own = Files.createDirectories(folder.resolve("volumes").resolve(name));
        if (volume.has("configMap")) {
            JsonNode source = volume.path("configMap");
            fill(own, source, source.path("name").asText(), false, mode(source));
        } else if (volume.has("secret")) {
            JsonNode source = volume.path("secret");
            fill(own, source, source.path("secretName").asText(), true, mode(source));
        } else if (volume.has("downwardAPI")) {
            downward(own, volume.path("downwardAPI"), mode(volume.path("downwardAPI")));
        } else if (volume.has("projected")) {
            project(own, volume.path("projected"));
        } else {
            // emptyDir; what a step may not have was refused by PodRules.
            Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        return own;
    }

    private Path claimed(String claimName) throws NotYet, IOException {
        JsonNode claim = sources.claim(namespace, claimName);
        if (claim == null) {
            throw new NotYet("persistentvolumeclaim \"" + claimName + "\" not found");
        }
        String volumeName = claim.path("spec").path("volumeName").asText("");
        JsonNode volume = volumeName.isEmpty() ? null : sources.persistentVolume(volumeName);
        if (volume == null) {
            throw new NotYet("persistentvolumeclaim \"" + claimName + "\" is not bound yet");
        }
        String path = volume.path("spec").path("local").path("path").asText("");
        if (path.isEmpty()) {
            throw new NotYet(
                    "persistentvolume \"" + volumeName + "\" has no local path; this node can mount no other kind");
        }
        return Files.createDirectories(Path.of(path));
    }

    private void project(Path own, JsonNode projected) throws NotYet, IOException {
        String mode = mode(projected);
        for (JsonNode source : projected.path("sources")) {
            if (source.has("configMap")) {
                JsonNode map = source.path("configMap");
                fill(own, map, map.path("name").asText(), false, mode);
            } else if (source.has("secret")) {
                JsonNode secret = source.path("secret");
                fill(own, secret, secret.path("name").asText(), true, mode);
            } else if (source.has("downwardAPI")) {
                downward(own, source.path("downwardAPI"), mode);
            } else if (source.has("serviceAccountToken")) {
                writeToken(own, source.path("serviceAccountToken"), mode);
            } else {
                throw new NotYet("projected volume source " + source + " is not known to this node");
            }
        }
    }

    private void fill(Path own, JsonNode source, String objectName, boolean secret, String mode)
            throws NotYet, IOException {
        JsonNode object = secret ? sources.secret(namespace, objectName) : sources.configMap(namespace, objectName);
        boolean optional = source.path("optional").asBoolean();
        if (object == null) {
            if (optional) {
                return;
            }
            throw new NotYet((secret ? "secret" : "configmap") + " \"" + objectName + "\" not found");
        }
        Map<String, byte[]> contents = contents(object, secret);
        if (source.path("items").isEmpty()) {
            for (Map.Entry<String, byte[]> entry : contents.entrySet()) {
                write(inside(own, entry.getKey()), entry.getValue(), mode);
            }
            return;
        }
        for (JsonNode item : source.path("items")) {
            byte[] value = contents.get(item.path("key").asText());
            if (value != null) {
                write(
                        inside(own, item.path("path").asText()),
                        value,
                        item.has("mode") ? permissions(item.path("mode").asInt()) : mode);
            } else if (!optional) {
                throw new NotYet("references non-existent " + (secret ? "secret" : "config") + " key: "
                        + item.path("key").asText());
            }
        }
    }

    private void downward(Path own, JsonNode source, String mode) throws NotYet, IOException {
        for (JsonNode item : source.path("items")) {
            String value = item.has("fieldRef")
                    ? fields.field(item.path("fieldRef").path("fieldPath").asText())
                    : resource(item.path("resourceFieldRef"));
            if (value == null) {
                throw new NotYet("downwardAPI item " + item.path("path").asText()
                        + " names a field that this node does not know");
            }
            write(inside(own, item.path("path").asText()), value.getBytes(StandardCharsets.UTF_8), mode);
        }
    }

    private @Nullable String resource(JsonNode reference) {
        for (JsonNode container : fields.pod().path("spec").path("containers")) {
            if (container
                    .path("name")
                    .asText()
                    .equals(reference.path("containerName").asText())) {
                return fields.resource(
                        container,
                        reference.path("resource").asText(),
                        reference.path("divisor").asText(""));
            }
        }
        return null;
    }

    private String token(String audience, long seconds) {
        JsonNode pod = fields.pod();
        String account = pod.path("spec").path("serviceAccountName").asText("default");
        JsonNode metadata = pod.path("metadata");
        return sources.token(
                namespace,
                account,
                audience,
                seconds,
                metadata.path("name").asText(),
                metadata.path("uid").asText());
    }

    private static Map<String, byte[]> contents(JsonNode object, boolean secret) {
        Map<String, byte[]> contents = new TreeMap<>();
        object.path("data")
                .properties()
                .forEach(entry -> contents.put(
                        entry.getKey(),
                        secret
                                ? decoded(entry.getValue())
                                : entry.getValue().asText().getBytes(StandardCharsets.UTF_8)));
        object.path("binaryData")
                .properties()
                .forEach(entry -> contents.put(entry.getKey(), decoded(entry.getValue())));
        return contents;
    }

    private static byte[] decoded(JsonNode base64) {
        return Base64.getDecoder().decode(base64.asText().replaceAll("\\s", ""));
    }

    private static String mode(JsonNode source) {
        return permissions(source.path("defaultMode").asInt(0644));
    }

    private static String permissions(int mode) {
        StringBuilder text = new StringBuilder();
        for (int bit = 8; bit >= 0; bit--) {
            text.append((mode >> bit & 1) == 0 ? '-' : "xwr".charAt(bit % 3));
        }
        return text.toString();
    }

    /// The file a volume item names; a path that leaves the volume was refused by PodRules, and is refused again
    /// here.
    private static Path inside(Path volume, String path) throws NotYet {
        Path file = volume.resolve(path).normalize();
        if (!file.startsWith(volume) || file.equals(volume)) {
            throw new NotYet("volume item path \"" + path + "\" leaves its volume");
        }
        return file;
    }

    private static void write(Path file, byte[] content, String mode) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.write(next, content);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString(mode));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
