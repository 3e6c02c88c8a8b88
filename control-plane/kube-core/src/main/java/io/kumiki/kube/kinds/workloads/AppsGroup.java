package io.kumiki.kube.kinds.workloads;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.ScalePaths;
import java.util.List;

/// `apps`.
public final class AppsGroup {
    private AppsGroup() {}

    public static List<Kind> kinds() {
        return List.of(
                of(ResourceType.CONTROLLER_REVISIONS, "ControllerRevision")
                        .columns(() -> WorkloadColumns.REVISION)
                        .rules(AppsRules.REVISION),
                workload(ResourceType.DAEMON_SETS, "DaemonSet", "ds")
                        .columns(() -> WorkloadColumns.DAEMON_SET)
                        .rules(AppsRules.DAEMON_SET),
                workload(ResourceType.DEPLOYMENTS, "Deployment", "deploy")
                        .columns(() -> WorkloadColumns.DEPLOYMENT)
                        .rules(AppsRules.DEPLOYMENT)
                        .scale(ScalePaths.WORKLOAD),
                workload(ResourceType.REPLICA_SETS, "ReplicaSet", "rs")
                        .columns(() -> WorkloadColumns.REPLICA_SET)
                        .rules(AppsRules.REPLICA_SET)
                        .scale(ScalePaths.WORKLOAD)
                        .selectable("status.replicas"),
                workload(ResourceType.STATEFUL_SETS, "StatefulSet", "sts")
                        .columns(() -> WorkloadColumns.STATEFUL_SET)
                        .rules(new StatefulSetRules())
                        .scale(ScalePaths.WORKLOAD));
    }

    private static Kind of(ResourceType type, String kind) {
        return Kind.modelled(type, kind, true, "apps." + kind);
    }

    private static Kind workload(ResourceType type, String kind, String shortName) {
        return of(type, kind)
                .shortNames(shortName)
                .categories("all")
                .withStatus()
                .withGeneration();
    }
}
