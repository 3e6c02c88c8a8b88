package io.kumiki.planner;

import org.jspecify.annotations.Nullable;

/// One row of the decision log: a gang came into a phase, or its reason changed.
///
/// @param second since 1970
/// @param phase `Gone` when its object was removed
public record Decided(
        long second,
        String namespace,
        String name,
        int attempt,
        String phase,
        String reason,
        String message,
        @Nullable String where) {
    public Text text() {
        return Words.texts(reason, message);
    }
}
