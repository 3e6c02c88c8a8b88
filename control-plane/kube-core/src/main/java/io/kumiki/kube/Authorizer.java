package io.kumiki.kube;

import io.kumiki.kube.rbac.PolicyRule;
import java.util.List;

/// Decides about each request.
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

        public boolean isResource() {
            return path.isEmpty();
        }

        /// `pods/log`
        public String qualified() {
            return subresource.isEmpty() ? resource : resource + "/" + subresource;
        }
    }

    /// @param reason which rule allowed it, or what stood in the way of the rules; often empty
    record Decision(boolean allowed, String reason) {}

    Decision decide(Caller caller, Attributes wanted);

    /// Every rule that holds for somebody in a namespace (empty: in the cluster).
    List<PolicyRule> rules(Caller caller, String namespace);

    default boolean allows(Caller caller, Attributes wanted) {
        return decide(caller, wanted).allowed();
    }

    /// The refusal as Kubernetes words it.
    static ApiFault refusal(Caller caller, Attributes wanted, String reason) {
        String more = reason.isEmpty() ? "" : ": " + reason;
        String who = "User \"" + caller.name() + "\" cannot " + wanted.verb();
        if (!wanted.isResource()) {
            return ApiFault.of(403, "Forbidden", "forbidden: " + who + " path \"" + wanted.path() + "\"" + more);
        }
        String storage = wanted.group().isEmpty() ? wanted.resource() : wanted.resource() + "." + wanted.group();
        return ApiFault.forbidden(
                storage,
                wanted.name(),
                who + " resource \"" + wanted.qualified() + "\" in API group \"" + wanted.group() + "\""
                        + (wanted.namespace().isEmpty()
                                ? " at the cluster scope"
                                : " in the namespace \"" + wanted.namespace() + "\"")
                        + more);
    }
}
