package io.kumiki.kube.kinds;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.table.StorageColumns;
import java.util.List;

/// `storage.k8s.io`.
final class StorageGroup {
    private StorageGroup() {}

    static List<Kind> kinds() {
        return List.of(Kind.modelled(ResourceType.STORAGE_CLASSES, "StorageClass", false, "storage.StorageClass")
                .columns(() -> StorageColumns.STORAGE_CLASS)
                .rules(StorageRules.STORAGE_CLASS)
                .shortNames("sc"));
    }
}
