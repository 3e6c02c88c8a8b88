package io.kumiki.localcluster.api;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// Against DNS rebinding: which names a request may be addressed to.
public record Hosts(Set<String> names) {
    public static final Hosts LOCAL = new Hosts(Set.of(
            "127.0.0.1",
            "localhost",
            "::1",
            "[::1]",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local"));

    public Hosts and(String name) {
        Set<String> more = new HashSet<>(names);
        more.add(name);
        return new Hosts(Set.copyOf(more));
    }

    boolean allowed(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return names.contains(name) || name.endsWith(".localhost");
    }
}
