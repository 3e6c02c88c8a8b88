package io.kumiki.kube.kinds;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.table.Column;
import java.util.List;

/// `apiextensions.k8s.io`.
final class ExtensionsGroup {
    private ExtensionsGroup() {}

    static List<Kind> kinds() {
        return List.of(Kind.modelled(
                        ResourceType.DEFINITIONS,
                        "CustomResourceDefinition",
                        false,
                        "apiextensions.v1.CustomResourceDefinition")
                .columns(() -> List.of(Column.NAME, Column.plain("Created At", 0, "metadata.creationTimestamp")))
                .shortNames("crd", "crds")
                .categories("api-extensions")
                .withStatus()
                .withGeneration()
                .rules(new DefinitionRules()));
    }
}
