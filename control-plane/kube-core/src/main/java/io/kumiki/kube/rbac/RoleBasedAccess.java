package io.kumiki.kube.rbac;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.Authorizer;
import io.kumiki.kube.Caller;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// Roles and bindings, indexed by who they are for. Written under the registry's lock by each change of a role or
/// binding; read by requests without it, so a request never parses or searches objects.
public final class RoleBasedAccess implements Authorizer {
    static final String GROUP = "rbac.authorization.k8s.io";
    static final String ROLES = "roles." + GROUP;
    static final String CLUSTER_ROLES = "clusterroles." + GROUP;
    static final String BINDINGS = "rolebindings." + GROUP;
    static final String CLUSTER_BINDINGS = "clusterrolebindings." + GROUP;

    /// Who a role is given to.
    ///
    /// @param namespace of a service account, else empty
    private record Subject(String kind, String namespace, String name) {
        // Both are written out: see ResourceType.
        @Override
        public boolean equals(Object other) {
            return other instanceof Subject subject
                    && name.equals(subject.name)
                    && namespace.equals(subject.namespace)
                    && kind.equals(subject.kind);
        }

        @Override
        public int hashCode() {
            return (kind.hashCode() * 31 + namespace.hashCode()) * 31 + name.hashCode();
        }

        @Override
        public String toString() {
            return kind + " \"" + name + (namespace.isEmpty() ? "" : "/" + namespace) + "\"";
        }
    }

    /// A binding as far as decisions need it.
    ///
    /// @param role where the role's rules are
    private record Grant(ObjectKey binding, ObjectKey role) {
        String text(Subject to) {
            boolean cluster = binding.namespace().isEmpty();
            boolean clusterRole = role.storage().equals(CLUSTER_ROLES);
            return (cluster ? "ClusterRoleBinding \"" : "RoleBinding \"") + binding.name()
                    + (cluster ? "" : "/" + binding.namespace()) + "\" of " + (clusterRole ? "ClusterRole" : "Role")
                    + " \"" + role.name() + "\" to " + to;
        }
    }

    private record Reason(Grant grant, Subject to) {}

    private final Map<ObjectKey, List<PolicyRule>> rules = new ConcurrentHashMap<>();
    /// By the binding's namespace (empty: cluster), then by subject; the lists are immutable.
    private final Map<String, Map<Subject, List<Grant>>> grants = new ConcurrentHashMap<>();

    /// Everything that is there at a start.
    public void load(ObjectStore store) {
        for (String storage : List.of(ROLES, CLUSTER_ROLES, BINDINGS, CLUSTER_BINDINGS)) {
            store.all(storage, "").forEach(object -> changed(object.key(), null, object));
        }
    }

    /// Under the registry's lock.
    public void changed(Change change) {
        changed(change.key(), change.before(), change.after());
    }

    private void changed(ObjectKey key, @Nullable StoredObject before, @Nullable StoredObject after) {
        switch (key.storage()) {
            case ROLES, CLUSTER_ROLES -> {
                if (after == null) {
                    rules.remove(key);
                } else {
                    rules.put(key, PolicyRule.readAll(Json.parse(after.json())));
                }
            }
            case BINDINGS, CLUSTER_BINDINGS -> {
                // The new one first: between the two nobody loses what they keep.
                if (after != null) {
                    give(key, Json.parse(after.json()));
                }
                if (before != null) {
                    take(key, Json.parse(before.json()), after == null ? Json.object() : Json.parse(after.json()));
                }
            }
            default -> {}
        }
    }

    private void give(ObjectKey key, JsonNode binding) {
        Grant grant = new Grant(key, role(key, binding));
        Map<Subject, List<Grant>> bySubject = grants.computeIfAbsent(key.namespace(), n -> new ConcurrentHashMap<>());
        for (Subject subject : subjects(key, binding)) {
            bySubject.merge(subject, List.of(grant), (old, fresh) -> without(old, key, grant));
        }
    }

    private void take(ObjectKey key, JsonNode before, JsonNode after) {
        List<Subject> kept = subjects(key, after);
        Map<Subject, List<Grant>> bySubject = grants.getOrDefault(key.namespace(), new ConcurrentHashMap<>());
        for (Subject subject : subjects(key, before)) {
            if (!kept.contains(subject)) {
                bySubject.computeIfPresent(subject, (s, old) -> {
                    List<Grant> rest = without(old, key, null);
                    return rest.isEmpty() ? null : rest;
                });
            }
        }
        if (bySubject.isEmpty()) {
            grants.remove(key.namespace(), bySubject);
        }
    }

    private static List<Grant> without(List<Grant> old, ObjectKey binding, @Nullable Grant instead) {
        List<Grant> next = new ArrayList<>(old);
        next.removeIf(each -> each.binding().equals(binding));
        if (instead != null) {
            next.add(instead);
        }
        return List.copyOf(next);
    }

    private static ObjectKey role(ObjectKey binding, JsonNode object) {
        JsonNode reference = object.path("roleRef");
        String name = reference.path("name").asText();
        return reference.path("kind").asText().equals("ClusterRole")
                ? new ObjectKey(CLUSTER_ROLES, "", name)
                : new ObjectKey(ROLES, binding.namespace(), name);
    }

    private static List<Subject> subjects(ObjectKey key, JsonNode binding) {
        List<Subject> subjects = new ArrayList<>();
        for (JsonNode subject : binding.path("subjects")) {
            String kind = subject.path("kind").asText();
            String namespace =
                    kind.equals("ServiceAccount") ? subject.path("namespace").asText(key.namespace()) : "";
            subjects.add(new Subject(kind, namespace, subject.path("name").asText()));
        }
        return subjects;
    }

    @Override
    public Decision decide(Caller caller, Attributes wanted) {
        if (caller.master()) {
            return new Decision(true, "");
        }
        @Nullable Reason[] why = new Reason[1];
        String problem = visit(caller, wanted.namespace(), (reason, rule) -> {
            if (rule.allows(wanted)) {
                why[0] = reason;
                return false;
            }
            return true;
        });
        Reason found = why[0];
        return found == null
                ? new Decision(false, problem.isEmpty() ? "" : "RBAC: " + problem)
                : new Decision(true, "RBAC: allowed by " + found.grant().text(found.to()));
    }

    @Override
    public List<PolicyRule> rules(Caller caller, String namespace) {
        List<PolicyRule> all = new ArrayList<>();
        visit(caller, namespace, (reason, rule) -> all.add(rule));
        return all;
    }

    /// The rules of a role that a binding in the namespace names; `null` when there is no such role.
    @Nullable
    List<PolicyRule> rulesOf(String namespace, JsonNode binding) {
        return rules.get(role(new ObjectKey(BINDINGS, namespace, ""), binding));
    }

    /// Shows every rule until somebody has seen enough. Returns which roles were bound but are not there.
    private String visit(Caller caller, String namespace, BiPredicate<Reason, PolicyRule> more) {
        List<Subject> selves = selves(caller);
        List<String> missing = new ArrayList<>();
        for (String where : namespace.isEmpty() ? List.of("") : List.of("", namespace)) {
            Map<Subject, List<Grant>> bySubject = grants.get(where);
            if (bySubject == null) {
                continue;
            }
            for (Subject self : selves) {
                for (Grant grant : bySubject.getOrDefault(self, List.of())) {
                    List<PolicyRule> found = rules.get(grant.role());
                    if (found == null) {
                        missing.add(missing(grant.role()));
                        continue;
                    }
                    for (PolicyRule rule : found) {
                        if (!more.test(new Reason(grant, self), rule)) {
                            return "";
                        }
                    }
                }
            }
        }
        return missing.size() > 1 ? "[" + String.join(", ", missing) + "]" : String.join("", missing);
    }

    static String missing(ObjectKey role) {
        return (role.storage().equals(CLUSTER_ROLES) ? "clusterrole." : "role.") + GROUP + " \"" + role.name()
                + "\" not found";
    }

    private static List<Subject> selves(Caller caller) {
        List<Subject> selves = new ArrayList<>(caller.groups().size() + 2);
        selves.add(new Subject("User", "", caller.name()));
        if (!caller.accountNamespace().isEmpty()) {
            selves.add(new Subject("ServiceAccount", caller.accountNamespace(), caller.accountName()));
        }
        caller.groups().forEach(group -> selves.add(new Subject("Group", "", group)));
        return selves;
    }
}
