package io.kumiki.quota;

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
}
