package io.kumiki.kube.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Authorizer.Attributes;
import io.kumiki.kube.Caller;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Decisions, one line each.
class RoleBasedAccessTest {
    private final RoleBasedAccess access = new RoleBasedAccess();
    private final Map<ObjectKey, StoredObject> stored = new java.util.HashMap<>();

    private void put(String storage, String namespace, String name, String json) {
        ObjectKey key = new ObjectKey(storage, namespace, name);
        ObjectNode object = (ObjectNode) Json.parse(json);
        object.putObject("metadata").put("name", name).put("uid", "u");
        StoredObject next = StoredObject.of(key, 1, object, new String[0]);
        access.changed(new Change(1, key, stored.put(key, next), next));
    }

    private void remove(String storage, String namespace, String name) {
        ObjectKey key = new ObjectKey(storage, namespace, name);
        access.changed(new Change(2, key, stored.remove(key), null));
    }

    private static String rules(String... rules) {
        return "{\"rules\":[" + String.join(",", rules) + "]}";
    }

    private void bind(String namespace, String name, String kind, String role, String subject) {
        String storage = namespace.isEmpty() ? RoleBasedAccess.CLUSTER_BINDINGS : RoleBasedAccess.BINDINGS;
        put(
                storage,
                namespace,
                name,
                "{\"roleRef\":{\"kind\":\"" + kind + "\",\"name\":\"" + role + "\"},\"subjects\":[" + subject + "]}");
    }

    private static Attributes wants(String verb, String group, String resource, String namespace, String name) {
        int slash = resource.indexOf('/');
        return new Attributes(
                verb,
                group,
                slash < 0 ? resource : resource.substring(0, slash),
                slash < 0 ? "" : resource.substring(slash + 1),
                namespace,
                name,
                "");
    }

    private static final Caller ANN = new Caller("ann", "", List.of("team", Caller.AUTHENTICATED));

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "get,     '',   pods,        n, '',  true",
                "list,    '',   pods,        n, '',  false",
                "get,     '',   pods/log,    n, '',  true",
                "get,     '',   pods/status, n, '',  false",
                "get,     apps, pods,        n, '',  false",
                "get,     '',   pods,        m, '',  false",
                "get,     '',   pods,        '', '', false",
                "update,  '',   configmaps,  n, one, true",
                "update,  '',   configmaps,  n, two, false",
                "update,  '',   configmaps,  n, '',  false",
                "patch,   any,  things/scale, n, x,  true",
                "patch,   any,  things,      n, x,   false",
                "delete,  all.example.com, whatever, n, x, true",
                "delete,  all.example.com, whatever/part, n, x, true",
            })
    void aRoleInItsNamespace(String verb, String group, String resource, String namespace, String name, boolean may) {
        put(
                RoleBasedAccess.ROLES,
                "n",
                "r",
                rules(
                        "{\"verbs\":[\"get\"],\"apiGroups\":[\"\"],\"resources\":[\"pods\",\"pods/log\"]}",
                        "{\"verbs\":[\"update\"],\"apiGroups\":[\"\"],\"resources\":[\"configmaps\"],\"resourceNames\":[\"one\"]}",
                        "{\"verbs\":[\"patch\"],\"apiGroups\":[\"*\"],\"resources\":[\"*/scale\"]}",
                        "{\"verbs\":[\"*\"],\"apiGroups\":[\"all.example.com\"],\"resources\":[\"*\"]}"));
        bind("n", "b", "Role", "r", "{\"kind\":\"User\",\"name\":\"ann\"}");
        assertThat(access.allows(ANN, wants(verb, group, resource, namespace, name)))
                .isEqualTo(may);
    }

    @ParameterizedTest
    @CsvSource({
        "get,  /healthz,     true",
        "get,  /healthz/etcd, false",
        "get,  /apis,        false",
        "get,  /apis/apps,   true",
        "post, /healthz,     false",
    })
    void pathsBelongToTheCluster(String verb, String path, boolean may) {
        put(
                RoleBasedAccess.CLUSTER_ROLES,
                "",
                "r",
                rules("{\"verbs\":[\"get\"],\"nonResourceURLs\":[\"/healthz\",\"/apis/*\"]}"));
        bind("", "b", "ClusterRole", "r", "{\"kind\":\"Group\",\"name\":\"team\"}");
        assertThat(access.allows(ANN, Attributes.path(verb, path))).isEqualTo(may);
    }

    private static final String GET_PODS = "{\"verbs\":[\"get\"],\"apiGroups\":[\"\"],\"resources\":[\"pods\"]}";

    @Test
    void everyKindOfSubject() {
        put(RoleBasedAccess.CLUSTER_ROLES, "", "r", rules(GET_PODS));
        bind(
                "n",
                "account",
                "ClusterRole",
                "r",
                "{\"kind\":\"ServiceAccount\",\"name\":\"robot\",\"namespace\":\"m\"}");
        bind("o", "accounts", "ClusterRole", "r", "{\"kind\":\"Group\",\"name\":\"system:serviceaccounts:m\"}");
        bind("p", "everybody", "ClusterRole", "r", "{\"kind\":\"Group\",\"name\":\"system:authenticated\"}");
        Caller robot = Caller.account("m", "robot", "");
        Caller other = Caller.account("m", "other", "");
        assertThat(access.decide(robot, wants("get", "", "pods", "n", "x")).reason())
                .isEqualTo("RBAC: allowed by RoleBinding \"account/n\" of ClusterRole \"r\" to ServiceAccount"
                        + " \"robot/m\"");
        assertThat(access.allows(other, wants("get", "", "pods", "n", "x"))).isFalse();
        assertThat(access.allows(other, wants("get", "", "pods", "o", "x"))).isTrue();
        assertThat(access.allows(ANN, wants("get", "", "pods", "p", "x"))).isTrue();
        assertThat(access.allows(Caller.ANONYMOUS, wants("get", "", "pods", "p", "x")))
                .isFalse();
        assertThat(access.allows(Caller.administrator(), wants("get", "", "pods", "q", "x")))
                .isTrue();
    }

    @Test
    void theIndexFollowsEveryWrite() {
        Attributes wanted = wants("get", "", "pods", "n", "x");
        bind("n", "b", "Role", "r", "{\"kind\":\"User\",\"name\":\"ann\"}");
        assertThat(access.decide(ANN, wanted).reason())
                .isEqualTo("RBAC: role.rbac.authorization.k8s.io \"r\" not found");
        put(RoleBasedAccess.ROLES, "n", "r", rules(GET_PODS));
        assertThat(access.allows(ANN, wanted)).isTrue();
        put(RoleBasedAccess.ROLES, "n", "r", rules());
        assertThat(access.allows(ANN, wanted)).isFalse();
        put(RoleBasedAccess.ROLES, "n", "r", rules(GET_PODS));
        bind("n", "b", "Role", "r", "{\"kind\":\"User\",\"name\":\"bob\"},{\"kind\":\"Group\",\"name\":\"team\"}");
        assertThat(access.allows(ANN, wanted)).as("through the group").isTrue();
        bind("n", "b", "Role", "r", "{\"kind\":\"User\",\"name\":\"bob\"}");
        assertThat(access.allows(ANN, wanted)).isFalse();
        bind("n", "b", "Role", "r", "{\"kind\":\"User\",\"name\":\"ann\"}");
        remove(RoleBasedAccess.BINDINGS, "n", "b");
        assertThat(access.allows(ANN, wanted)).isFalse();
        assertThat(access.decide(ANN, wanted).reason()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* | * | * | get | '' | pods | true",
                "get,list | '' | pods,secrets | get,list | '' | pods | true",
                "get | '' | pods | get,list | '' | pods | false",
                "get | '' | * | get | '' | pods/log | true",
                "get | '' | */log | get | '' | pods/log | true",
                "get | '' | pods | get | '' | pods/log | false",
                "get | apps | * | get | '' | pods | false",
            })
    void whatIsHeldCoversWhatIsGiven(
            String verbs, String groups, String resources, String v, String g, String r, boolean covered) {
        PolicyRule held = rule(verbs, groups, resources);
        assertThat(Coverage.missing(List.of(held), List.of(rule(v, g, r))).isEmpty())
                .isEqualTo(covered);
    }

    @Test
    void severalRulesTogetherCoverOne() {
        List<PolicyRule> held =
                List.of(rule("get", "", "pods"), rule("list", "", "pods"), rule("get,list", "", "secrets"));
        assertThat(Coverage.missing(held, List.of(rule("get,list", "", "pods,secrets"))))
                .isEmpty();
        assertThat(Coverage.text(Coverage.missing(held, List.of(rule("get,watch,delete", "", "pods,nodes")))))
                .isEqualTo("""
                    {APIGroups:[""], Resources:["nodes"], Verbs:["get" "watch" "delete"]}
                    {APIGroups:[""], Resources:["pods"], Verbs:["watch" "delete"]}\
                    """);
    }

    private static PolicyRule rule(String verbs, String groups, String resources) {
        return new PolicyRule(
                List.of(verbs.split(",")),
                List.of(groups.split(",")),
                List.of(resources.split(",")),
                List.of(),
                List.of());
    }

    @Test
    void bootstrapRolesAreWellFormed() {
        for (ObjectNode role : BootstrapRoles.roles()) {
            for (JsonNode rule : role.path("rules")) {
                assertThat(rule.path("verbs")).as("%s", role).isNotEmpty();
                assertThat(rule.has("nonResourceURLs") || (rule.has("resources") && rule.has("apiGroups")))
                        .isTrue();
            }
        }
        assertThat(BootstrapRoles.bindings())
                .extracting(b -> b.path("roleRef").path("name").asText())
                .contains("cluster-admin");
    }
}
