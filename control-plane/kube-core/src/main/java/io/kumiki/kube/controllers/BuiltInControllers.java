package io.kumiki.kube.controllers;

import io.kumiki.kube.controllers.apps.AppsControllers;
import io.kumiki.kube.controllers.batch.BatchControllers;
import io.kumiki.kube.controllers.network.EndpointSliceReconciler;
import io.kumiki.kube.controllers.network.EndpointsReconciler;
import io.kumiki.kube.controllers.network.LeftoverEndpoints;
import io.kumiki.kube.controllers.nodes.NodeControllers;
import io.kumiki.kube.controllers.policy.DisruptionReconciler;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/// All of them, a package for each API group.
public final class BuiltInControllers {
    private BuiltInControllers() {}

    /// @param started when they begin to listen
    public static List<Controller> all(ControllerSettings settings, Instant started) {
        return Stream.of(
                        AppsControllers.all(),
                        BatchControllers.all(),
                        NodeControllers.all(settings, started),
                        List.of(
                                EndpointSliceReconciler.controller(),
                                EndpointsReconciler.controller(),
                                LeftoverEndpoints.controller(),
                                DisruptionReconciler.controller()))
                .flatMap(List::stream)
                .toList();
    }
}
