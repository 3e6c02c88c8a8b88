package io.kumiki.planner.fact;

import io.kumiki.model.scheduling.Gang;
import org.jspecify.annotations.Nullable;

/// What matters of a Gang object.
///
/// @param version its resourceVersion
/// @param created seconds since 1970
/// @param controller uid of the owner that controls it, empty for none: its members have the same
public record GangFact(
        String namespace,
        String name,
        String uid,
        String version,
        long created,
        String controller,
        Gang.Spec spec,
        Gang.@Nullable Status status) {
    public String key() {
        return namespace + "/" + name;
    }
}
