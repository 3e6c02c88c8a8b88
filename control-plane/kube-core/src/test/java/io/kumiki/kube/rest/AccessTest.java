package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.kube.Caller;
import io.kumiki.kube.rest.Requests.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who may do what, as clients see it.
class AccessTest {
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/";
    private static final String ROLES = RBAC + "namespaces/n/roles";
    private static final String BINDINGS = RBAC + "namespaces/n/rolebindings";
    private static final Caller ANN = new Caller("ann", "", List.of("team", Caller.AUTHENTICATED));

    private final Requests api = new Requests();

    @BeforeEach
    void annAdministersN() {
        assertThat(bind("admin").code()).isEqualTo(201);
        api.caller = ANN;
    }

    private Reply bind(String role) {
        return api.post(BINDINGS, """
            {"metadata":{"name":"%s"},"roleRef":{"kind":"ClusterRole","name":"%s"},"subjects":[{"kind":"User","name":"ann"}]}\
            """.formatted(role, role));
    }

    private static String role(String name, String verbs, String resource) {
        return """
            {"metadata":{"name":"%s"},"rules":[{"apiGroups":[""],"resources":["%s"],"verbs":%s}]}\
            """.formatted(name, resource, verbs);
    }

    @Test
    void nobodyGivesMoreThanTheyHold() {
        assertThat(api.post(ROLES, role("pods", "[\"get\",\"list\"]", "pods")).code())
                .isEqualTo(201);
        Reply more = api.post(ROLES, role("nodes", "[\"get\",\"list\"]", "nodes"));
        assertThat(more.code()).isEqualTo(403);
        assertThat(more.message())
                .isEqualTo("roles.rbac.authorization.k8s.io \"nodes\" is forbidden: user \"ann\" (groups=[\"team\""
                        + " \"system:authenticated\"]) is attempting to grant RBAC permissions not currently"
                        + " held:\n"
                        + "{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\" \"list\"]}");
        Reply grown = api.patch(
                ROLES + "/pods",
                "merge-patch",
                "{\"rules\":[{\"apiGroups\":[\"*\"],\"resources\":[\"*\"],\"verbs\":[\"*\"]}]}");
        assertThat(grown.code()).isEqualTo(403);
        assertThat(api.patch(ROLES + "/pods", "merge-patch", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}")
                        .code())
                .isEqualTo(200);
        assertThat(bind("cluster-admin").message())
                .contains("is attempting to grant RBAC permissions not currently held");
        assertThat(bind("edit").code()).isEqualTo(201);
        assertThat(bind("absent").code()).isEqualTo(404);
    }

    @Test
    void bindAndEscalateLiftIt() {
        api.caller = Caller.administrator();
        api.post(RBAC + "clusterroles", """
            {"metadata":{"name":"lift"},"rules":[
              {"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"verbs":["bind"],"resourceNames":["cluster-admin"]},
              {"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],"verbs":["escalate"]}]}\
            """);
        bind("lift");
        api.caller = ANN;
        assertThat(api.post(ROLES, role("nodes", "[\"get\"]", "nodes")).code()).isEqualTo(201);
        assertThat(bind("cluster-admin").code()).isEqualTo(201);
    }

    @Test
    void aggregatedRolesFollowTheirSources() {
        api.caller = Caller.administrator();
        String url = RBAC + "clusterroles";
        assertThat(api.get(url + "/view").json().path("rules")).isNotEmpty();
        assertThat(api.get(url + "/admin").json().path("rules").size())
                .as("admin gathers edit, which gathers view")
                .isGreaterThan(api.get(url + "/edit").json().path("rules").size());
        api.caller = ANN;
        String things = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        String question =
                "{\"spec\":{\"resourceAttributes\":{\"namespace\":\"n\",\"verb\":\"list\",\"group\":\"example.com\",\"resource\":\"things\"}}}";
        assertThat(api.post(things, question).json().at("/status/allowed").asBoolean())
                .isFalse();
        api.caller = Caller.administrator();
        api.post(url, """
            {"metadata":{"name":"things","labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}},
             "rules":[{"apiGroups":["example.com"],"resources":["things"],"verbs":["list"]}]}\
            """);
        api.caller = ANN;
        Reply yes = api.post(things, question);
        assertThat(yes.json().at("/status/allowed").asBoolean()).isTrue();
        assertThat(yes.at("/status/reason"))
                .isEqualTo("RBAC: allowed by RoleBinding \"admin/n\" of ClusterRole \"admin\" to User \"ann\"");
        api.caller = Caller.administrator();
        api.delete(url + "/things");
        api.caller = ANN;
        assertThat(api.post(things, question).json().at("/status/allowed").asBoolean())
                .isFalse();
    }

    @Test
    void allMistakesOfARoleAtOnce() {
        api.caller = Caller.administrator();
        Reply role = api.post(
                ROLES,
                "{\"metadata\":{\"name\":\"r\"},\"rules\":[{\"verbs\":[]},{\"verbs\":[\"get\"],\"nonResourceURLs\":[\"/x\"]}]}");
        assertThat(role.code()).isEqualTo(422);
        assertThat(role.message())
                .contains("rules[0].verbs: Required value: verbs must contain at least one value")
                .contains("rules[0].apiGroups: Required value: resource rules must supply at least one api group")
                .contains("rules[1].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules cannot apply to"
                        + " non-resource URLs");
        Reply binding = api.post(BINDINGS, """
            {"metadata":{"name":"b"},"roleRef":{"kind":"Thing","name":""},"subjects":[{"kind":"Robot","name":"x"},{"kind":"User","name":""}]}\
            """);
        assertThat(binding.message())
                .contains("roleRef.kind: Unsupported value: \"Thing\": supported values: \"Role\", \"ClusterRole\"")
                .contains("roleRef.name: Required value")
                .contains("subjects[0].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\","
                        + " \"User\", \"Group\"")
                .contains("subjects[1].name: Required value");
        Reply changed = api.patch(BINDINGS + "/admin", "merge-patch", "{\"roleRef\":{\"name\":\"edit\"}}");
        assertThat(changed.message()).contains("cannot change roleRef");
    }

    @Test
    void impersonationIsARightOfItsOwn() {
        Reply no = api.send("GET", "/api/v1/pods", Map.of("impersonate-user", "bob"), "");
        assertThat(no.message())
                .isEqualTo("users \"bob\" is forbidden: User \"ann\" cannot impersonate resource \"users\" in API group"
                        + " \"\" at the cluster scope");
        Reply account = api.send(
                "GET", "/api/v1/namespaces/n/pods", Map.of("impersonate-user", "system:serviceaccount:n:default"), "");
        assertThat(account.message())
                .as("an admin of n may act as its accounts, which hold nothing")
                .isEqualTo(
                        "pods is forbidden: User \"system:serviceaccount:n:default\" cannot list resource \"pods\" in"
                                + " API group \"\" in the namespace \"n\"");
        api.caller = Caller.administrator();
        Reply who = api.send(
                "POST",
                "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                Map.of(
                        "impersonate-user", "bob",
                        "impersonate-group", "a,b\nc",
                        "impersonate-uid", "7",
                        "impersonate-extra-scopes%2fx", "one\ntwo"),
                "{}");
        assertThat(who.json().at("/status/userInfo").toString())
                .isEqualTo(
                        "{\"username\":\"bob\",\"uid\":\"7\",\"groups\":[\"a,b\",\"c\",\"system:authenticated\"],\"extra\":{\"scopes/x\":[\"one\",\"two\"]}}");
        assertThat(api.send("GET", "/api/v1/pods", Map.of("impersonate-group", "x"), "")
                        .code())
                .isEqualTo(500);
    }

    @Test
    void reviewsAnswerAsTheRealServer() {
        String rules = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
        Reply all = api.post(rules, "{\"spec\":{\"namespace\":\"n\"}}");
        assertThat(all.json().at("/status/incomplete").asBoolean(true)).isFalse();
        assertThat(all.json().at("/status/resourceRules").toString())
                .contains("selfsubjectaccessreviews")
                .contains("pods/exec");
        assertThat(all.json().at("/status/nonResourceRules").toString()).contains("/openapi/*");
        assertThat(api.post(rules, "{\"spec\":{}}").message()).isEqualTo("no namespace on request");
        String local = "/apis/authorization.k8s.io/v1/namespaces/n/localsubjectaccessreviews";
        Reply may = api.post(
                local,
                "{\"spec\":{\"user\":\"ann\",\"resourceAttributes\":{\"namespace\":\"n\",\"verb\":\"get\",\"resource\":\"pods\",\"fieldSelector\":{\"rawSelector\":\"a=b\"}}}}");
        assertThat(may.json().at("/status/allowed").asBoolean()).isTrue();
        assertThat(api.post(
                                local,
                                "{\"spec\":{\"user\":\"ann\",\"resourceAttributes\":{\"namespace\":\"m\",\"verb\":\"get\",\"resource\":\"pods\"}}}")
                        .message())
                .contains("spec.resourceAttributes.namespace: Invalid value: \"m\": must match metadata.namespace");
        assertThat(api.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", "{\"spec\":{}}")
                        .code())
                .as("an admin of one namespace may not ask for others")
                .isEqualTo(403);
        api.caller = Caller.administrator();
        assertThat(api.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", "{\"spec\":{}}")
                        .message())
                .contains("exactly one of nonResourceAttributes or resourceAttributes must be specified")
                .contains("spec.user: Invalid value: \"\": at least one of user or group must be specified");
    }

    @Test
    void whatEveryClusterHasComesBackAndStaysAsItsUsersChangedIt() {
        api.caller = Caller.administrator();
        String basic = RBAC + "clusterroles/system:basic-user";
        api.delete(RBAC + "clusterrolebindings/system:discovery");
        api.patch(basic, "merge-patch", "{\"rules\":[]}");
        api.patch(
                RBAC + "clusterroles/system:monitoring",
                "merge-patch",
                "{\"rules\":[],\"metadata\":{\"annotations\":{\"rbac.authorization.kubernetes.io/autoupdate\":\"false\"}}}");
        api.cluster.resume();
        assertThat(api.get(RBAC + "clusterrolebindings/system:discovery").code())
                .isEqualTo(200);
        assertThat(api.get(basic).json().path("rules").toString())
                .contains("selfsubjectaccessreviews")
                .contains("selfsubjectrulesreviews")
                .contains("selfsubjectreviews");
        assertThat(api.get(RBAC + "clusterroles/system:monitoring").json().path("rules"))
                .isEmpty();
        String before = api.get(RBAC + "clusterroles").at("/metadata/resourceVersion");
        api.cluster.resume();
        assertThat(api.get(RBAC + "clusterroles").at("/metadata/resourceVersion"))
                .isEqualTo(before);
    }
}
