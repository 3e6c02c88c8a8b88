package io.kumiki.kube;

import java.util.List;
import java.util.Map;

/// A verified identity.
///
/// @param extra what else the authenticator knows, such as the pod that a token is bound to
public record Caller(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    public static final String MASTERS = "system:masters";
    public static final String AUTHENTICATED = "system:authenticated";
    public static final String UNAUTHENTICATED = "system:unauthenticated";
    public static final Caller ANONYMOUS = new Caller("system:anonymous", "", List.of(UNAUTHENTICATED));
    /// The cluster's own parts: scheduler, node agent, controllers.
    public static final Caller SYSTEM = new Caller("system:kumiki", "", List.of(MASTERS, AUTHENTICATED));

    private static final String ACCOUNT = "system:serviceaccount:";

    public Caller {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    public Caller(String name, String uid, List<String> groups) {
        this(name, uid, groups, Map.of());
    }

    public static Caller administrator() {
        return new Caller("kubernetes-admin", "", List.of(MASTERS, AUTHENTICATED));
    }

    public static Caller account(String namespace, String name, String uid) {
        return new Caller(ACCOUNT + namespace + ":" + name, uid, accountGroups(namespace));
    }

    public static List<String> accountGroups(String namespace) {
        return List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace, AUTHENTICATED);
    }

    public Caller knowing(Map<String, List<String>> more) {
        return new Caller(name, uid, groups, more);
    }

    public boolean master() {
        return groups.contains(MASTERS);
    }

    /// The namespace of a service account; empty for everybody else.
    public String accountNamespace() {
        if (!name.startsWith(ACCOUNT)) {
            return "";
        }
        int end = name.indexOf(':', ACCOUNT.length());
        return end < 0 ? "" : name.substring(ACCOUNT.length(), end);
    }

    /// The name of a service account; empty for everybody else.
    public String accountName() {
        String namespace = accountNamespace();
        return namespace.isEmpty() ? "" : name.substring(ACCOUNT.length() + namespace.length() + 1);
    }
}
