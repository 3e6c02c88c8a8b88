package io.kumiki.kube.scheduling;

import java.util.List;
import java.util.Map;

/// What must be written and waited for before a pod may be bound to its node.
///
/// @param bind which free volume becomes which claim's
/// @param provision claims whose volume is to be made for the node
public record VolumePlan(Map<ClaimName, String> bind, List<ClaimName> provision) {
    static final VolumePlan NOTHING = new VolumePlan(Map.of(), List.of());

    public record ClaimName(String namespace, String name) {}

    public VolumePlan {
        bind = Map.copyOf(bind);
        provision = List.copyOf(provision);
    }

    public boolean isEmpty() {
        return bind.isEmpty() && provision.isEmpty();
    }
}
