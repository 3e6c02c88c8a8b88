package io.kumiki.kube;

import java.util.Set;

/// Decides about each request. Role-based access control takes this place later.
@FunctionalInterface
public interface Authorizer {
    /// What somebody wants to do. For a path that is no resource only verb and path are filled.
    record Attributes(
            String verb,
            String group,
            String resource,
            String subresource,
            String namespace,
            String name,
            String path) {
        public static Attributes path(String verb, String path) {
            return new Attributes(verb, "", "", "", "", "", path);
        }
    }

    boolean allows(Caller caller, Attributes wanted);

    /// Masters may do everything, a service account everything in its own namespace, everybody authenticated may
    /// ask what is served and who they are.
    static Authorizer namespaced() {
        Set<String> questions = Set.of("selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews");
        return (caller, wanted) -> {
            if (caller.groups().contains(Caller.MASTERS)) {
                return true;
            }
            if (!caller.groups().contains(Caller.AUTHENTICATED)) {
                return wanted.verb().equals("get")
                        && Set.of("/version", "/healthz", "/livez", "/readyz").contains(wanted.path());
            }
            if (wanted.resource().isEmpty()) {
                return wanted.verb().equals("get") && !wanted.path().startsWith("/metrics");
            }
            if (questions.contains(wanted.resource())) {
                return true;
            }
            String own = caller.accountNamespace();
            boolean ownNamespace = wanted.resource().equals("namespaces")
                    && wanted.subresource().isEmpty()
                    && wanted.verb().equals("get");
            return !own.isEmpty()
                    && own.equals(wanted.namespace())
                    && (!wanted.resource().equals("namespaces") || ownNamespace);
        };
    }
}
