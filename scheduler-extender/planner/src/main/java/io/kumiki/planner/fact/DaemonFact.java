package io.kumiki.planner.fact;

import io.kumiki.model.scheduling.Gang;

/// What matters of a DaemonSet: what each of its pods asks of its node, and which nodes that may be.
///
/// @param uid that its pods name as their controller
/// @param pod what one asks for, with the tolerations that Kubernetes adds
public record DaemonFact(String uid, String namespace, String name, Gang.Members pod) {
    public String key() {
        return namespace + "/" + name;
    }
}
