package io.kumiki.kube.kinds;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.table.Column;
import java.util.List;

/// `coordination.k8s.io`.
final class CoordinationGroup {
    private CoordinationGroup() {}

    static List<Kind> kinds() {
        return List.of(Kind.modelled(ResourceType.LEASES, "Lease", true, "coordination.v1.Lease")
                .columns(List.of(Column.NAME, Column.plain("Holder", 0, "spec.holderIdentity"), Column.AGE)));
    }
}
