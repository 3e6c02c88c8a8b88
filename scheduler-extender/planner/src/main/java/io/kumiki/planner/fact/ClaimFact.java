package io.kumiki.planner.fact;

import io.kumiki.model.scheduling.Gang;
import java.util.List;

/// What matters of a PersistentVolumeClaim.
///
/// @param bound it has its volume; its consumers' nodes are fixed by that
/// @param terms of the volume's node affinity, of which one must hold; empty for any node
public record ClaimFact(String namespace, String name, boolean bound, List<Gang.Term> terms) {
    public ClaimFact {
        terms = List.copyOf(terms);
    }

    public String key() {
        return namespace + "/" + name;
    }
}
