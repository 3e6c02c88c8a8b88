package io.kumiki.kube.kinds;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.table.Column;
import io.kumiki.kube.table.CoreColumns;
import java.util.List;

/// The core group: `v1`.
final class CoreGroup {
    private CoreGroup() {}

    static List<Kind> kinds() {
        return List.of(
                of(ResourceType.NAMESPACES, "Namespace", false)
                        .rules(CoreRules.NAMESPACE)
                        .shortNames("ns")
                        .withStatus()
                        .selectable("status.phase"),
                of(ResourceType.NODES, "Node", false)
                        .rules(CoreRules.NODE)
                        .shortNames("no")
                        .withStatus()
                        .selectable("spec.unschedulable"),
                of(ResourceType.PODS, "Pod", true)
                        .rules(new PodRules())
                        .shortNames("po")
                        .categories("all")
                        .withStatus()
                        .withGeneration()
                        .selectable(
                                "spec.nodeName",
                                "spec.restartPolicy",
                                "spec.schedulerName",
                                "spec.serviceAccountName",
                                "spec.hostNetwork",
                                "status.phase",
                                "status.podIP",
                                "status.nominatedNodeName"),
                of(ResourceType.SERVICES, "Service", true)
                        .rules(ServiceRules.RULES)
                        .shortNames("svc")
                        .categories("all")
                        .withStatus()
                        .selectable("spec.clusterIP", "spec.type"),
                of(ResourceType.CONFIG_MAPS, "ConfigMap", true)
                        .rules(CoreRules.CONFIG_MAP)
                        .shortNames("cm"),
                of(ResourceType.SECRETS, "Secret", true).rules(CoreRules.SECRET).selectable("type"),
                of(ResourceType.SERVICE_ACCOUNTS, "ServiceAccount", true).shortNames("sa"),
                of(ResourceType.EVENTS, "Event", true)
                        .rules(CoreRules.EVENT)
                        .shortNames("ev")
                        .selectable(
                                "involvedObject.kind",
                                "involvedObject.namespace",
                                "involvedObject.name",
                                "involvedObject.uid",
                                "involvedObject.apiVersion",
                                "involvedObject.resourceVersion",
                                "involvedObject.fieldPath",
                                "reason",
                                "reportingComponent",
                                "source",
                                "type"),
                of(ResourceType.ENDPOINTS, "Endpoints", true)
                        .rules(new EndpointsRules())
                        .shortNames("ep"),
                of(ResourceType.CLAIMS, "PersistentVolumeClaim", true)
                        .rules(StorageRules.CLAIM)
                        .shortNames("pvc")
                        .withStatus(),
                of(ResourceType.QUOTAS, "ResourceQuota", true)
                        .rules(new QuotaRules())
                        .shortNames("quota")
                        .withStatus(),
                of(ResourceType.LIMIT_RANGES, "LimitRange", true)
                        .rules(new LimitRangeRules())
                        .shortNames("limits")
                        .columns(() -> List.of(
                                Column.NAME,
                                new Column(
                                        "Created At",
                                        "date",
                                        "",
                                        "",
                                        0,
                                        (range, now) -> range.path("metadata").path("creationTimestamp")))),
                of(ResourceType.VOLUMES, "PersistentVolume", false)
                        .rules(StorageRules.VOLUME)
                        .shortNames("pv")
                        .withStatus());
    }

    private static Kind of(ResourceType type, String kind, boolean namespaced) {
        return Kind.modelled(type, kind, namespaced, kind).columns(() -> CoreColumns.of(kind));
    }
}
