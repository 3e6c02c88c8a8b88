package io.kumiki.kube.controllers.nodes;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Controller;
import io.kumiki.kube.controllers.ControllerSettings;
import io.kumiki.kube.store.ObjectKey;
import java.time.Instant;
import java.util.List;

/// The controllers of nodes and of what has to go.
public final class NodeControllers {
    static final String LEASES = "kube-node-lease";

    private NodeControllers() {}

    /// @param started from when on leases are expected to be renewed
    public static List<Controller> all(ControllerSettings settings, Instant started) {
        String nodes = ResourceType.NODES.storage();
        return List.of(
                Controller.of("node-controller", ResourceType.NODES, new NodeReconciler(settings.nodeGrace(), started))
                        .wokenBy(ResourceType.LEASES, (change, owners, wake) -> {
                            if (change.key().namespace().equals(LEASES)) {
                                wake.accept(
                                        new ObjectKey(nodes, "", change.key().name()));
                            }
                        })
                        .wokenBy(ResourceType.NODES, (change, owners, wake) -> owners.unready(change, wake))
                        .wokenBy(ResourceType.PODS, (change, owners, wake) -> {
                            String node = owners.boundNow(change);
                            if (!node.isEmpty() && owners.evicts(node)) {
                                wake.accept(new ObjectKey(nodes, "", node));
                            }
                        }),
                Controller.woken(
                                "pod-garbage-collector",
                                ResourceType.PODS,
                                new GoneNodeReconciler(settings.nodeGrace()))
                        .wokenBy(ResourceType.NODES, (change, owners, wake) -> {
                            if (change.after() == null) {
                                owners.onNode(change.key().name(), wake);
                            }
                        })
                        .wokenBy(ResourceType.PODS, (change, owners, wake) -> {
                            String node = owners.boundNow(change);
                            if (!node.isEmpty() && !owners.known(node)) {
                                wake.accept(change.key());
                            }
                        }),
                Controller.woken(
                                "pod-garbage-collector",
                                ResourceType.NAMESPACES,
                                new EndedPodsReconciler(settings.terminatedPods()))
                        .wokenBy(ResourceType.PODS, (change, owners, wake) -> {
                            if (owners.endedPods() > settings.terminatedPods()) {
                                wake.accept(new ObjectKey(
                                        "namespaces", "", change.key().namespace()));
                            }
                        }),
                Controller.of("event-ttl", ResourceType.EVENTS, new EventExpiry(settings.eventLife())));
    }
}
