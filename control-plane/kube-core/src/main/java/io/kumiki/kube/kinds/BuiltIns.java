package io.kumiki.kube.kinds;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.schema.ModelSchemas;
import io.kumiki.kube.schema.Schema;
import io.kumiki.kube.table.BuiltInColumns;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/// The kinds that are there without a definition.
public final class BuiltIns {
    private BuiltIns() {}

    public static List<Kind> all(Supplier<Instant> now) {
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
                        .rules(CoreRules.SERVICE)
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
                of(ResourceType.CLAIMS, "PersistentVolumeClaim", true)
                        .rules(CoreRules.CLAIM)
                        .shortNames("pvc")
                        .withStatus(),
                of(ResourceType.VOLUMES, "PersistentVolume", false)
                        .rules(CoreRules.VOLUME)
                        .shortNames("pv")
                        .withStatus(),
                of(ResourceType.LEASES, "Lease", true),
                of(ResourceType.STORAGE_CLASSES, "StorageClass", false)
                        .rules(CoreRules.STORAGE_CLASS)
                        .shortNames("sc"),
                of(ResourceType.DEFINITIONS, "CustomResourceDefinition", false)
                        .shortNames("crd", "crds")
                        .categories("api-extensions")
                        .withStatus()
                        .withGeneration()
                        .rules(new DefinitionRules(now)),
                review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", false),
                review("authentication.k8s.io", "tokenreviews", "TokenReview", false),
                review("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", true),
                review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false),
                review("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false),
                review("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", false));
    }

    private static Kind review(String group, String plural, String kind, boolean namespaced) {
        return Kind.of(new ResourceType(group, "v1", plural), kind, namespaced, Schema::any)
                .notStored();
    }

    private static Kind of(ResourceType type, String kind, boolean namespaced) {
        String model = switch (type.group()) {
            case "" -> kind;
            case "coordination.k8s.io" -> "coordination.v1." + kind;
            case "storage.k8s.io" -> "storage." + kind;
            default -> "apiextensions.v1." + kind;
        };
        return Kind.of(type, kind, namespaced, () -> ModelSchemas.of(model)).columns(BuiltInColumns.of(kind));
    }
}
