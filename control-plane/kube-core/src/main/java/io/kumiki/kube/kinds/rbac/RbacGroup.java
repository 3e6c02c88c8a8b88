package io.kumiki.kube.kinds.rbac;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.table.Column;
import java.util.ArrayList;
import java.util.List;

/// `rbac.authorization.k8s.io`.
public final class RbacGroup {
    public static final String GROUP = "rbac.authorization.k8s.io";
    public static final ResourceType ROLES = type("roles");
    public static final ResourceType ROLE_BINDINGS = type("rolebindings");
    public static final ResourceType CLUSTER_ROLES = type("clusterroles");
    public static final ResourceType CLUSTER_ROLE_BINDINGS = type("clusterrolebindings");

    private RbacGroup() {}

    private static ResourceType type(String plural) {
        return new ResourceType(GROUP, "v1", plural);
    }

    public static List<Kind> kinds() {
        return List.of(
                Kind.modelled(CLUSTER_ROLE_BINDINGS, "ClusterRoleBinding", false, "rbac.ClusterRoleBinding")
                        .columns(RbacGroup::bindingColumns)
                        .rules(new BindingRules(false)),
                Kind.modelled(CLUSTER_ROLES, "ClusterRole", false, "rbac.ClusterRole")
                        .columns(RbacGroup::roleColumns)
                        .rules(new RoleRules(false)),
                Kind.modelled(ROLE_BINDINGS, "RoleBinding", true, "rbac.RoleBinding")
                        .columns(RbacGroup::bindingColumns)
                        .rules(new BindingRules(true)),
                Kind.modelled(ROLES, "Role", true, "rbac.Role")
                        .columns(RbacGroup::roleColumns)
                        .rules(new RoleRules(true)));
    }

    private static List<Column> roleColumns() {
        return List.of(
                Column.NAME,
                new Column(
                        "Created At",
                        "date",
                        "",
                        "",
                        0,
                        (object, now) -> object.path("metadata").path("creationTimestamp")));
    }

    private static List<Column> bindingColumns() {
        return List.of(
                Column.NAME,
                Column.text("Role", 0, RbacGroup::role),
                Column.AGE,
                Column.text("Users", 1, b -> subjects(b, "User")),
                Column.text("Groups", 1, b -> subjects(b, "Group")),
                Column.text("ServiceAccounts", 1, b -> subjects(b, "ServiceAccount")));
    }

    private static String role(JsonNode binding) {
        JsonNode reference = binding.path("roleRef");
        return reference.path("kind").asText() + "/" + reference.path("name").asText();
    }

    private static String subjects(JsonNode binding, String kind) {
        List<String> names = new ArrayList<>();
        for (JsonNode subject : binding.path("subjects")) {
            if (subject.path("kind").asText().equals(kind)) {
                String namespace = kind.equals("ServiceAccount")
                        ? subject.path("namespace").asText("") + "/"
                        : "";
                names.add(namespace + subject.path("name").asText());
            }
        }
        return String.join(", ", names);
    }
}
