package io.kumiki.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;

/// The columns of `storage.k8s.io`.
public final class StorageColumns {
    private StorageColumns() {}

    public static final List<Column> STORAGE_CLASS = List.of(
            new Column(
                    "Name",
                    "string",
                    "name",
                    "Name must be unique.",
                    0,
                    (object, now) -> TextNode.valueOf(storageClass(object))),
            Column.plain("Provisioner", 0, "provisioner"),
            Column.text("ReclaimPolicy", 0, s -> s.path("reclaimPolicy").asText("Delete")),
            Column.text("VolumeBindingMode", 0, s -> s.path("volumeBindingMode").asText("Immediate")),
            new Column(
                    "AllowVolumeExpansion",
                    "string",
                    "",
                    "",
                    0,
                    (s, now) -> s.path("allowVolumeExpansion").isBoolean()
                            ? s.get("allowVolumeExpansion")
                            : BooleanNode.FALSE),
            Column.AGE);

    private static String storageClass(JsonNode object) {
        String name = object.path("metadata").path("name").asText();
        String marked = object.path("metadata")
                .path("annotations")
                .path("storageclass.kubernetes.io/is-default-class")
                .asText("");
        return marked.equals("true") ? name + " (default)" : name;
    }
}
