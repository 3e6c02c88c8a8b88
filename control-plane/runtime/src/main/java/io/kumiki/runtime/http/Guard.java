package io.kumiki.runtime.http;

import org.jspecify.annotations.Nullable;

/// Decides whether a caller may do what a route declares. May block; an exception answers 503, never "allowed".
@FunctionalInterface
public interface Guard {
    /// @param namespace from the route's `{namespace}` parameter or `namespace` query, `null` when the call names
    ///     none
    boolean allows(Caller caller, Permission permission, @Nullable String namespace);

    /// The laptop: whoever proved to be the user may do everything.
    static Guard singleUser() {
        return (caller, permission, namespace) -> caller.groups().contains("system:masters");
    }
}
