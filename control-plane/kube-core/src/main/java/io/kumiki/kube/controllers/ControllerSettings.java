package io.kumiki.kube.controllers;

import java.time.Duration;

/// What the controllers are told by whoever owns the cluster.
///
/// @param nodeGrace how long a node's lease may be late before the node counts as lost
/// @param terminatedPods how many ended pods are kept
/// @param eventLife how long an event is kept after it was last told
public record ControllerSettings(Duration nodeGrace, int terminatedPods, Duration eventLife) {
    public static final ControllerSettings STANDARD =
            new ControllerSettings(Duration.ofSeconds(40), 12_500, Duration.ofHours(1));
}
