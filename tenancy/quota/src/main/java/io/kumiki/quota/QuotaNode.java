package io.kumiki.quota;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One tenant of the tree.
///
/// @param parent null for the root
/// @param guaranteed what it may always have; idle parts are lent to others and reclaimed
/// @param limit what it may never exceed, borrowed included; a resource that is not named has no limit of its own
public record QuotaNode(
        String name,
        @Nullable String parent,
        Amounts guaranteed,
        @Nullable Amounts limit) {
    long limit(String resource) {
        Long amount = limit == null ? null : limit.of().get(resource);
        return amount == null ? Long.MAX_VALUE : amount;
    }
    /// The resources that its guarantee or its limit speaks of, and those that are used; what else the tree names is
    /// no affair of this tenant.
    public Set<String> names(Amounts usage) {
        Set<String> names = new TreeSet<>(guaranteed.of().keySet());
        names.addAll(limit == null ? Set.of() : limit.of().keySet());
        usage.of().forEach((resource, amount) -> {
            if (amount > 0) {
                names.add(resource);
            }
        });
        return names;
    }
}
