package io.kumiki.kube.scheduling;

import java.util.List;

/// Why a node will not do, in kube-scheduler's words.
///
/// @param resolvable whether fewer pods on that node could help; only then preemption looks at it
public record Refusal(Cause cause, List<String> reasons, boolean resolvable) {
    public Refusal {
        reasons = List.copyOf(reasons);
    }

    /// Fewer pods on the node could help.
    static Refusal crowded(Cause cause, String reason) {
        return new Refusal(cause, List.of(reason), true);
    }

    /// No removal of pods helps.
    static Refusal firm(Cause cause, String reason) {
        return new Refusal(cause, List.of(reason), false);
    }
}
