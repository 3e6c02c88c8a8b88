package io.kumiki.kube.kinds;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.node.NodeGroup;
import io.kumiki.kube.kinds.rbac.RbacGroup;
import io.kumiki.kube.kinds.scheduling.SchedulingGroup;
import io.kumiki.kube.kinds.webhooks.WebhookGroup;
import io.kumiki.kube.kinds.workloads.AppsGroup;
import io.kumiki.kube.kinds.workloads.BatchGroup;
import io.kumiki.kube.kinds.workloads.CoreWorkloads;
import io.kumiki.kube.kinds.workloads.DiscoveryGroup;
import io.kumiki.kube.kinds.workloads.PolicyGroup;
import java.util.List;
import java.util.stream.Stream;

/// The kinds that are there without a definition, one class for each API group. A group with rules of its own has a
/// package of its own below this one.
public final class BuiltIns {
    private BuiltIns() {}

    public static List<Kind> all() {
        List<Kind> core = CoreGroup.kinds();
        return Stream.of(
                        core,
                        CoreWorkloads.kinds(),
                        EventsGroup.kinds(events(core)),
                        CoordinationGroup.kinds(),
                        StorageGroup.kinds(),
                        AppsGroup.kinds(),
                        BatchGroup.kinds(),
                        DiscoveryGroup.kinds(),
                        PolicyGroup.kinds(),
                        ExtensionsGroup.kinds(),
                        RbacGroup.kinds(),
                        SchedulingGroup.kinds(),
                        NodeGroup.kinds(),
                        WebhookGroup.kinds(),
                        ReviewGroups.kinds())
                .flatMap(List::stream)
                .toList();
    }

    private static Kind events(List<Kind> core) {
        return core.stream()
                .filter(kind -> kind.type().equals(ResourceType.EVENTS))
                .findFirst()
                .orElseThrow();
    }
}
