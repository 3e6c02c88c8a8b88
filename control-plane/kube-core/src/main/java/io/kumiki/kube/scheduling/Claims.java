package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// What the scheduler must know of a pod's claims.
@FunctionalInterface
public interface Claims {
    /// No claim constrains anything.
    Claims NONE = (namespace, claim) -> new Claim.Bound(null);

    Claim look(String namespace, String claim);

    /// A PersistentVolumeClaim's state.
    sealed interface Claim {
        record Missing() implements Claim {}

        record Unbound() implements Claim {}

        /// Bound to a volume; `nodeAffinity` is the volume's own (a local folder lies on one node).
        record Bound(@Nullable JsonNode nodeAffinity) implements Claim {}
    }
}
