package io.kumiki.quota;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How one TenantQuota, as it was applied, stands to the tree that holds.
///
/// @param parent null for none
/// @param accepted whether the tree that holds was made of it
/// @param reason a code, as in its condition
/// @param message in words, with every mistake
public record Standing(
        String name,
        @Nullable String parent,
        List<String> namespaces,
        boolean accepted,
        String reason,
        String message) {
    public Standing {
        namespaces = List.copyOf(namespaces);
    }
}
