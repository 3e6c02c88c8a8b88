package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.localcluster.node.engine.ContainerEngine;
import io.kumiki.localcluster.node.engine.NoEngine;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The local volume provisioner: a PersistentVolumeClaim becomes a folder under DIR/volumes, bound at once; a
/// folder that the user offers by
/// `--mount NAME=FOLDER` becomes a claim of that name. Capacity is recorded, not enforced.
public final class LocalVolumes implements AutoCloseable {
    /// What the provisioner calls itself in StorageClasses.
    public static final String PROVISIONER = "kumiki.io/local-folder";

    private static final Logger LOG = LoggerFactory.getLogger(LocalVolumes.class);
    private static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    private static final String BY = "pv.kubernetes.io/provisioned-by";

    private final LocalApi api;
    private final Path folder;
    private final String nodeName;
    private final ForeignFiles foreign;
    private LocalApi.@Nullable Following watch;
    private LocalApi.@Nullable Following volumes;

    public LocalVolumes(LocalApi api, Path folder, String nodeName) {
        this(api, folder, nodeName, new NoEngine("none was looked for"));
    }

    /// @param engine whose containers may write into volumes
    public LocalVolumes(LocalApi api, Path folder, String nodeName, ContainerEngine engine) {
        this.foreign = new ForeignFiles(engine);
        this.api = api;
        this.folder = folder.toAbsolutePath().normalize();
        this.nodeName = nodeName;
    }

    /// `mounts`: claim name → the user's folder, offered in the given namespace.
    public void start(String namespace, Map<String, Path> mounts) {
        mounts.forEach(
                (name, where) -> offer(namespace, name, where.toAbsolutePath().normalize()));
        watch = api.follow(ResourceType.CLAIMS, Selection.ALL, this::changed);
        volumes = api.follow(ResourceType.VOLUMES, Selection.ALL, this::reserved);
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
        if (volumes != null) {
            volumes.close();
        }
    }

    /// A volume that the scheduler (or its maker) has reserved for a claim becomes that claim's.
    private void reserved(WatchEvent.Type type, ObjectNode volume) {
        JsonNode reference = volume.path("spec").path("claimRef");
        if (type == WatchEvent.Type.DELETED || !reference.isObject()) {
            return;
        }
        JsonNode claim = api.get(
                ResourceType.CLAIMS,
                reference.path("namespace").asText(),
                reference.path("name").asText());
        String uid = reference.path("uid").asText("");
        if (claim == null
                || !claim.path("spec").path("volumeName").asText("").isEmpty()
                || !(uid.isEmpty()
                        || uid.equals(claim.path("metadata").path("uid").asText()))) {
            return;
        }
        ObjectNode spec = Json.object();
        spec.putObject("spec").put("volumeName", name(volume));
        api.mergeIfThere(ResourceType.CLAIMS, claim, spec);
        api.status(ResourceType.VOLUMES, volume, Json.object().put("phase", "Bound"));
    }

    private void changed(WatchEvent.Type type, ObjectNode claim) {
        try {
            if (type == WatchEvent.Type.DELETED) {
                release(claim);
            } else if (claim.path("metadata").has("deletionTimestamp")) {
                return;
            } else if (!claim.path("status").path("phase").asText("").equals("Bound")) {
                bind(claim);
            }
        } catch (IOException e) {
            LOG.warn("claim {} cannot be given a folder: {}", name(claim), e.toString());
            api.event(
                    claim,
                    "Warning",
                    "ProvisioningFailed",
                    PROVISIONER,
                    "no folder could be made below " + folder + ": " + e);
        }
    }

    private void bind(ObjectNode claim) throws IOException {
        String volumeName = claim.path("spec").path("volumeName").asText("");
        if (volumeName.isEmpty()) {
            if (!ours(claim) || !mayBeMade(claim)) {
                return;
            }
            volumeName = "pvc-" + claim.path("metadata").path("uid").asText();
            Path path = folder.resolve(volumeName);
            Files.createDirectories(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            api.createIfAbsent(ResourceType.VOLUMES, "", volume(volumeName, path, claim, "Delete"));
        } else if (api.get(ResourceType.VOLUMES, "", volumeName) == null) {
            return;
        }
        ObjectNode spec = Json.object();
        spec.putObject("spec").put("volumeName", volumeName);
        api.merge(ResourceType.CLAIMS, claim.path("metadata").path("namespace").asText(), name(claim), spec);
        ObjectNode status = Json.object().put("phase", "Bound");
        status.set("accessModes", claim.path("spec").path("accessModes"));
        status.set("capacity", claim.path("spec").path("resources").path("requests"));
        api.status(ResourceType.CLAIMS, claim, status);
        api.event(claim, "Normal", "ProvisioningSucceeded", PROVISIONER, "bound to volume " + volumeName);
    }

    /// Ours are claims without a class and those of a class with our provisioner; an empty class name asks for no
    /// provisioning.
    private boolean ours(JsonNode claim) {
        JsonNode className = claim.path("spec").path("storageClassName");
        if (className.isMissingNode() || className.isNull()) {
            return true;
        }
        JsonNode storageClass =
                className.asText().isEmpty() ? null : api.get(ResourceType.STORAGE_CLASSES, "", className.asText());
        return storageClass != null && storageClass.path("provisioner").asText().equals(PROVISIONER);
    }

    /// A claim whose class waits for its first consumer is given its folder when the scheduler has chosen this node;
    /// another node is given back, for the folders are here.
    private boolean mayBeMade(ObjectNode claim) {
        JsonNode storageClass = api.get(
                ResourceType.STORAGE_CLASSES,
                "",
                claim.path("spec").path("storageClassName").asText("-"));
        if (storageClass == null
                || !storageClass.path("volumeBindingMode").asText("").equals("WaitForFirstConsumer")) {
            return true;
        }
        String selected =
                claim.path("metadata").path("annotations").path(SELECTED_NODE).asText("");
        if (!selected.isEmpty() && !selected.equals(nodeName)) {
            api.event(
                    claim,
                    "Warning",
                    "ProvisioningFailed",
                    PROVISIONER,
                    "folders can be made on node " + nodeName + " only, not on " + selected
                            + "; restrict the class with allowedTopologies");
            ObjectNode patch = Json.object();
            patch.putObject("metadata").putObject("annotations").putNull(SELECTED_NODE);
            api.mergeIfThere(ResourceType.CLAIMS, claim, patch);
        }
        return selected.equals(nodeName);
    }

    private void release(JsonNode claim) throws IOException {
        String volumeName = claim.path("spec").path("volumeName").asText("");
        ObjectNode volume = volumeName.isEmpty() ? null : api.get(ResourceType.VOLUMES, "", volumeName);
        if (volume == null
                || !volume.path("metadata")
                        .path("annotations")
                        .path(BY)
                        .asText("")
                        .equals(PROVISIONER)) {
            return;
        }
        if (volume.path("spec").path("persistentVolumeReclaimPolicy").asText().equals("Delete")) {
            api.remove(ResourceType.VOLUMES, volume);
            Path path = Path.of(volume.path("spec").path("local").path("path").asText())
                    .normalize();
            if (path.startsWith(folder) && !path.equals(folder)) {
                foreign.delete(path);
            }
        }
    }

    private void offer(String namespace, String name, Path where) {
        if (!Files.isDirectory(where)) {
            throw new IllegalArgumentException(
                    "--mount " + name + "=" + where + ": there is no such folder; make it first");
        }
        String volumeName = "mount-" + name;
        ObjectNode claim = Json.object().put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
        claim.putObject("metadata").put("name", name).put("namespace", namespace);
        ObjectNode spec = claim.putObject("spec").put("storageClassName", "").put("volumeName", volumeName);
        spec.putArray("accessModes").add("ReadWriteMany");
        spec.putObject("resources").putObject("requests").put("storage", "1Gi");
        ObjectNode volume = volume(volumeName, where, claim, "Retain");
        api.createIfAbsent(ResourceType.VOLUMES, "", volume);
        ObjectNode moved = Json.object();
        moved.putObject("spec").putObject("local").put("path", where.toString());
        api.merge(ResourceType.VOLUMES, "", volumeName, moved);
        api.createIfAbsent(ResourceType.CLAIMS, namespace, claim);
    }

    private ObjectNode volume(String volumeName, Path path, JsonNode claim, String reclaim) {
        ObjectNode volume = Json.object().put("apiVersion", "v1").put("kind", "PersistentVolume");
        volume.putObject("metadata")
                .put("name", volumeName)
                .putObject("annotations")
                .put(BY, PROVISIONER);
        ObjectNode spec = volume.putObject("spec");
        spec.set("accessModes", claim.path("spec").path("accessModes"));
        spec.set("capacity", claim.path("spec").path("resources").path("requests"));
        spec.put("persistentVolumeReclaimPolicy", reclaim)
                .put(
                        "storageClassName",
                        claim.path("spec").path("storageClassName").asText(""));
        spec.putObject("local").put("path", path.toString());
        ObjectNode reference =
                spec.putObject("claimRef").put("kind", "PersistentVolumeClaim").put("apiVersion", "v1");
        reference
                .put("namespace", claim.path("metadata").path("namespace").asText())
                .put("name", name(claim));
        if (claim.path("metadata").has("uid")) {
            reference.put("uid", claim.path("metadata").path("uid").asText());
        }
        ObjectNode expression = spec.putObject("nodeAffinity")
                .putObject("required")
                .putArray("nodeSelectorTerms")
                .addObject()
                .putArray("matchExpressions")
                .addObject()
                .put("key", "kubernetes.io/hostname")
                .put("operator", "In");
        expression.putArray("values").add(nodeName);
        volume.putObject("status").put("phase", "Bound");
        return volume;
    }

    private static String name(JsonNode object) {
        return object.path("metadata").path("name").asText();
    }
}
