package io.kumiki.kube;

import java.util.List;

/// A verified identity.
public record Caller(String name, String uid, List<String> groups) {
    public static final String MASTERS = "system:masters";
    public static final String AUTHENTICATED = "system:authenticated";
    public static final Caller ANONYMOUS = new Caller("system:anonymous", "", List.of("system:unauthenticated"));
    /// The cluster's own parts: scheduler, node agent, controllers.
    public static final Caller SYSTEM = new Caller("system:kumiki", "", List.of(MASTERS, AUTHENTICATED));

    private static final String ACCOUNT = "system:serviceaccount:";

    public Caller {
        groups = List.copyOf(groups);
    }

    public static Caller administrator() {
        return new Caller("kubernetes-admin", "", List.of(MASTERS, AUTHENTICATED));
    }

    public static Caller account(String namespace, String name, String uid) {
        return new Caller(
                ACCOUNT + namespace + ":" + name,
                uid,
                List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace, AUTHENTICATED));
    }

    /// The namespace of a service account; empty for everybody else.
    public String accountNamespace() {
        if (!name.startsWith(ACCOUNT)) {
            return "";
        }
        int end = name.indexOf(':', ACCOUNT.length());
        return end < 0 ? "" : name.substring(ACCOUNT.length(), end);
    }
}
