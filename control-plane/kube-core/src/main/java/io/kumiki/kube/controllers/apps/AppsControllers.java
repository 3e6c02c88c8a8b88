package io.kumiki.kube.controllers.apps;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Controller;
import java.util.List;

/// The controllers of `apps`, and that of ReplicationControllers, which is one of them in all but its group.
public final class AppsControllers {
    private AppsControllers() {}

    public static List<Controller> all() {
        return List.of(
                Controller.of("deployment-controller", ResourceType.DEPLOYMENTS, new DeploymentReconciler())
                        .owning(ResourceType.REPLICA_SETS)
                        .selecting(ResourceType.REPLICA_SETS, true)
                        // A Recreate waits for the end of the last old pod, which names its ReplicaSet only.
                        .wokenBy(ResourceType.PODS, (change, owners, wake) -> {
                            if (change.after() == null && change.before() != null) {
                                owners.selecting(ResourceType.DEPLOYMENTS.storage(), change.before(), wake);
                            }
                        }),
                replicas("replicaset-controller", ResourceType.REPLICA_SETS),
                replicas("replication-controller", ResourceType.REPLICATION_CONTROLLERS),
                Controller.of("statefulset-controller", ResourceType.STATEFUL_SETS, new StatefulSetReconciler())
                        .owning(ResourceType.PODS)
                        .owning(ResourceType.CONTROLLER_REVISIONS)
                        .selecting(ResourceType.PODS, true),
                Controller.of("daemonset-controller", ResourceType.DAEMON_SETS, new DaemonSetReconciler())
                        .owning(ResourceType.PODS)
                        .owning(ResourceType.CONTROLLER_REVISIONS)
                        .selecting(ResourceType.PODS, true)
                        .allOn(ResourceType.NODES));
    }

    private static Controller replicas(String component, ResourceType type) {
        return Controller.of(component, type, new ReplicaSetReconciler(component))
                .owning(ResourceType.PODS)
                .selecting(ResourceType.PODS, true);
    }
}
