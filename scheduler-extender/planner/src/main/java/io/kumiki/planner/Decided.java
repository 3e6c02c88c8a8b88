package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.words.Said;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One row of the decision log: a gang, or a pod without one, came into a phase, or its reason changed.
///
/// @param second since 1970
/// @param phase `Gone` when its object was removed
/// @param pod without a gang
/// @param because the message as data; null where the row was written before it was
public record Decided(
        long second,
        String namespace,
        String name,
        int attempt,
        String phase,
        String reason,
        String message,
        @Nullable List<Gang.Because> because,
        @Nullable String where,
        boolean pod) {
    /// What is asked of the log; null for any. Times in seconds since 1970, both inclusive.
    public record Wanted(
            @Nullable String namespace,
            @Nullable String name,
            @Nullable Long from,
            @Nullable Long to) {
        public boolean fits(Decided row) {
            return (namespace == null || namespace.equals(row.namespace()))
                    && (name == null || name.equals(row.name()))
                    && (from == null || row.second() >= from)
                    && (to == null || row.second() <= to);
        }
    }

    /// Newest first.
    ///
    /// @param next for the page after; null after the last
    public record Page(List<Decided> rows, @Nullable String next) {}

    public Said said() {
        return new Said(reason, Said.read(because, message));
    }
}
