package io.kumiki.runtime.http;

import java.util.Set;

/// A verified identity.
public record Caller(String name, Set<String> groups) {
    public static final Caller ANONYMOUS = new Caller("system:anonymous", Set.of("system:unauthenticated"));
    /// The one user of a laptop.
    public static final Caller ADMINISTRATOR = new Caller("admin", Set.of("system:masters"));

    public Caller {
        groups = Set.copyOf(groups);
    }
}
