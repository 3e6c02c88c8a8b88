package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.Caller;
import io.kumiki.kube.rest.Requests.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What clients see, request by request.
class ApiTest {
    private static final String PODS = "/api/v1/namespaces/n/pods";
    private static final String MAPS = "/api/v1/namespaces/n/configmaps";

    private final Requests api = new Requests();

    @Test
    void pagesAreCutFromOneMoment() {
        for (int i = 0; i < 5; i++) {
            api.post(MAPS, "{\"metadata\":{\"name\":\"m" + i + "\"}}");
        }
        Reply first = api.get(MAPS + "?limit=2");
        assertThat(first.at("/metadata/remainingItemCount")).isEqualTo("3");
        api.delete(MAPS + "/m3");
        api.post(MAPS, "{\"metadata\":{\"name\":\"m9\"}}");
        List<String> names = new ArrayList<>();
        Reply page = first;
        while (true) {
            page.json()
                    .path("items")
                    .forEach(
                            item -> names.add(item.path("metadata").path("name").asText()));
            assertThat(page.at("/metadata/resourceVersion")).isEqualTo(first.at("/metadata/resourceVersion"));
            String next = page.at("/metadata/continue");
            if (next.isEmpty()) {
                break;
            }
            page = api.get(MAPS + "?limit=2&continue=" + next);
        }
        assertThat(names).containsExactly("m0", "m1", "m2", "m3", "m4");
        assertThat(api.get(MAPS + "?limit=2&continue=nonsense").code()).isEqualTo(400);
    }

    @Test
    void aWatchGoesOnFromARevisionOrSaysGone() {
        Reply made = api.post(MAPS, "{\"metadata\":{\"name\":\"a\"}}");
        api.delete(MAPS + "/a");
        List<JsonNode> events = api.watch(MAPS + "?watch=True&resourceVersion=" + made.at("/metadata/resourceVersion"));
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().path("type").asText()).isEqualTo("DELETED");
        for (int i = 0; i < 20_000; i++) {
            api.patch("/api/v1/namespaces/n", "merge-patch", "{\"metadata\":{\"annotations\":{\"i\":\"" + i + "\"}}}");
        }
        List<JsonNode> late = api.watch(MAPS + "?watch=1&resourceVersion=" + made.at("/metadata/resourceVersion"));
        assertThat(late.getFirst().path("type").asText()).isEqualTo("ERROR");
        assertThat(late.getFirst().path("object").path("code").asInt()).isEqualTo(410);
        assertThat(late.getLast().path("type").asText()).isEqualTo("END");
    }

    @Test
    void sendInitialEventsEndsWithItsBookmark() {
        api.post(MAPS, "{\"metadata\":{\"name\":\"a\"}}");
        List<JsonNode> events = api.watch(
                MAPS + "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan");
        assertThat(events).extracting(e -> e.path("type").asText()).containsExactly("ADDED", "BOOKMARK");
        assertThat(events.getLast()
                        .path("object")
                        .path("metadata")
                        .path("annotations")
                        .path("k8s.io/initial-events-end")
                        .asText())
                .isEqualTo("true");
        assertThat(events.getLast()
                        .path("object")
                        .path("metadata")
                        .path("resourceVersion")
                        .asText())
                .isNotEmpty();
    }

    @Test
    void anObjectThatNoLongerMatchesIsDeletedForItsWatcher() {
        api.post(MAPS, "{\"metadata\":{\"name\":\"a\",\"labels\":{\"k\":\"v\"}}}");
        List<JsonNode> events = api.watch(MAPS + "?watch=1&labelSelector=k%3Dv");
        api.patch(MAPS + "/a", "merge-patch", "{\"metadata\":{\"labels\":{\"k\":\"w\"}}}");
        api.patch(MAPS + "/a", "merge-patch", "{\"metadata\":{\"labels\":{\"k\":\"v\"}}}");
        assertThat(events).extracting(e -> e.path("type").asText()).containsExactly("ADDED", "DELETED", "ADDED");
    }

    @Test
    void selectors() {
        api.post(MAPS, "{\"metadata\":{\"name\":\"a\",\"labels\":{\"tier\":\"x\",\"old\":\"1\"}}}");
        api.post(MAPS, "{\"metadata\":{\"name\":\"b\",\"labels\":{\"tier\":\"y\"}}}");
        assertThat(names(MAPS + "?labelSelector=tier in (x, y),!old")).containsExactly("b");
        assertThat(names(MAPS + "?labelSelector=tier notin (y)")).containsExactly("a");
        assertThat(names(MAPS + "?labelSelector=old")).containsExactly("a");
        assertThat(names(MAPS + "?fieldSelector=metadata.name!=a")).containsExactly("b");
        assertThat(api.get(MAPS + "?fieldSelector=data.x=1").code()).isEqualTo(400);
        assertThat(api.get(MAPS + "?labelSelector=a in").code()).isEqualTo(400);
    }

    private List<String> names(String url) {
        List<String> names = new ArrayList<>();
        api.get(url)
                .json()
                .path("items")
                .forEach(item -> names.add(item.path("metadata").path("name").asText()));
        return names;
    }

    @Test
    void unknownFieldsAreDroppedWarnedAboutOrRefused() {
        String body =
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"imagee\":\"x\"}],\"nodNme\":\"y\"}}";
        Reply warned = api.post(PODS, body.formatted("a"));
        assertThat(warned.code()).isEqualTo(201);
        assertThat(warned.headers().get("Warning"))
                .contains("spec.containers[0].imagee")
                .contains("spec.nodNme");
        assertThat(warned.json().at("/spec/containers/0").has("imagee")).isFalse();
        Reply strict = api.post(PODS + "?fieldValidation=Strict", body.formatted("b"));
        assertThat(strict.code()).isEqualTo(400);
        assertThat(strict.message())
                .contains("unknown field \"spec.containers[0].imagee\"")
                .contains("unknown field \"spec.nodNme\"");
        Reply wrong =
                api.post(PODS, "{\"metadata\":{\"name\":\"c\"},\"spec\":{\"containers\":\"none\",\"nodeName\":7}}");
        assertThat(wrong.code()).isEqualTo(400);
        assertThat(wrong.message()).contains("spec.containers").contains("spec.nodeName");
    }

    @Test
    void allMistakesAtOnce() {
        Reply reply = api.post(PODS, """
            {"metadata":{"name":"p","labels":{"-":"x y"}},"spec":{"restartPolicy":"Sometimes","containers":[{"name":"A"},{"name":"b","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}\
            """);
        assertThat(reply.code()).isEqualTo(422);
        List<String> fields = new ArrayList<>();
        reply.json()
                .path("details")
                .path("causes")
                .forEach(cause -> fields.add(cause.path("field").asText()));
        assertThat(fields)
                .contains(
                        "metadata.labels",
                        "spec.restartPolicy",
                        "spec.containers[0].name",
                        "spec.containers[0].image",
                        "spec.containers[1].volumeMounts[0].name");
    }

    @Test
    void statusAndSpecAreApart() {
        api.post(PODS, Requests.pod("p").toString());
        api.patch(PODS + "/p", "merge-patch", "{\"status\":{\"phase\":\"Running\"}}");
        assertThat(api.get(PODS + "/p").at("/status/phase")).isEqualTo("Pending");
        api.patch(
                PODS + "/p/status",
                "strategic-merge-patch",
                "{\"status\":{\"phase\":\"Running\"},\"spec\":{\"nodeName\":\"x\"}}");
        assertThat(api.get(PODS + "/p").at("/status/phase")).isEqualTo("Running");
        assertThat(api.get(PODS + "/p").json().path("spec").has("nodeName")).isFalse();
    }

    @Test
    void strategicMergePatchMergesByKeys() {
        api.post(PODS, Requests.pod("p").toString());
        Reply reply = api.patch(
                PODS + "/p",
                "strategic-merge-patch",
                "{\"spec\":{\"$setElementOrder/containers\":[{\"name\":\"main\"}],\"containers\":[{\"name\":\"main\",\"image\":\"alpine\"}]}}");
        assertThat(reply.code()).isEqualTo(200);
        assertThat(reply.at("/spec/containers/0/image")).isEqualTo("alpine");
        assertThat(reply.at("/spec/containers/0/env/0/value")).isEqualTo("1");
        Reply refused = api.patch(
                PODS + "/p",
                "strategic-merge-patch",
                "{\"spec\":{\"containers\":[{\"name\":\"more\",\"image\":\"i\"}]}}");
        assertThat(refused.code()).isEqualTo(422);
    }

    @Test
    void serverSideApplyOwnsConflictsAndRemoves() {
        String url = MAPS + "/c";
        String head = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":";
        assertThat(api.apply(url, "one", head + "{\"a\":\"1\",\"b\":\"1\"}}").code())
                .isEqualTo(201);
        assertThat(api.apply(url, "two", head + "{\"c\":\"2\"}}").code()).isEqualTo(200);
        Reply conflict = api.apply(url, "two", head + "{\"a\":\"2\"}}");
        assertThat(conflict.code()).isEqualTo(409);
        assertThat(conflict.message()).isEqualTo("Apply failed with 1 conflict: conflict with \"one\": .data.a");
        assertThat(api.apply(url + "?force=true", "two", head + "{\"a\":\"2\"}}")
                        .at("/data/a"))
                .isEqualTo("2");
        Reply less = api.apply(url, "one", head + "{\"b\":\"1\"}}");
        assertThat(less.json().path("data").toString()).isEqualTo("{\"a\":\"2\",\"b\":\"1\"}");
        String before = less.at("/metadata/resourceVersion");
        assertThat(api.apply(url, "one", head + "{\"b\":\"1\"}}").at("/metadata/resourceVersion"))
                .isEqualTo(before);
        api.patch(url + "?fieldManager=editor", "merge-patch", "{\"data\":{\"b\":\"9\"}}");
        assertThat(api.apply(url, "one", head + "{\"b\":\"1\"}}").message())
                .contains("conflict with \"editor\" using v1: .data.b");
    }

    @Test
    void finalizersHoldAndPreconditionsProtect() {
        Reply made = api.post(MAPS, "{\"metadata\":{\"name\":\"c\",\"finalizers\":[\"example.com/hold\"]}}");
        assertThat(api.send("DELETE", MAPS + "/c", "application/json", "{\"preconditions\":{\"uid\":\"other\"}}")
                        .code())
                .isEqualTo(409);
        assertThat(api.delete(MAPS + "/c").json().path("metadata").has("deletionTimestamp"))
                .isTrue();
        assertThat(api.get(MAPS + "/c").code()).isEqualTo(200);
        api.patch(MAPS + "/c", "json-patch", "[{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}]");
        assertThat(api.get(MAPS + "/c").code()).isEqualTo(404);
        assertThat(made.at("/metadata/uid")).isNotEmpty();
    }

    @Test
    void dependentsFollowTheirOwner() {
        Reply owner = api.post(MAPS, "{\"metadata\":{\"name\":\"owner\"}}");
        String reference =
                "{\"metadata\":{\"name\":\"%s\",\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"owner\",\"uid\":\"%s\",\"blockOwnerDeletion\":true}]}}";
        api.post(MAPS, reference.formatted("child", owner.at("/metadata/uid")));
        api.post(MAPS, reference.formatted("stray", "00000000-0000-4000-8000-000000000000"));
        assertThat(names(MAPS)).containsExactly("child", "owner");
        api.send("DELETE", MAPS + "/owner", "application/json", "{\"propagationPolicy\":\"Orphan\"}");
        assertThat(names(MAPS)).containsExactly("child");
        assertThat(api.get(MAPS + "/child").json().path("metadata").has("ownerReferences"))
                .isFalse();
        Reply second = api.post(MAPS, "{\"metadata\":{\"name\":\"owner\"}}");
        api.post(MAPS, reference.formatted("child2", second.at("/metadata/uid")));
        api.send("DELETE", MAPS + "/owner", "application/json", "{\"propagationPolicy\":\"Foreground\"}");
        assertThat(names(MAPS)).containsExactly("child");
    }

    @Test
    void aNamespaceEndsWhenItIsEmpty() {
        api.post(PODS, Requests.pod("p").toString());
        api.post(
                PODS + "/p/binding",
                "{\"metadata\":{\"name\":\"p\"},\"target\":{\"kind\":\"Node\",\"name\":\"node\"}}");
        api.post(MAPS, "{\"metadata\":{\"name\":\"c\"}}");
        api.delete("/api/v1/namespaces/n");
        assertThat(api.get("/api/v1/namespaces/n").at("/status/phase")).isEqualTo("Terminating");
        assertThat(api.get(MAPS + "/c").code()).isEqualTo(404);
        assertThat(api.post(MAPS, "{\"metadata\":{\"name\":\"d\"}}").code()).isEqualTo(403);
        api.send("DELETE", PODS + "/p", "application/json", "{\"gracePeriodSeconds\":0}");
        assertThat(api.get("/api/v1/namespaces/n").code()).isEqualTo(404);
    }

    @Test
    void dryRunStoresNothing() {
        assertThat(api.post(MAPS + "?dryRun=All", "{\"metadata\":{\"name\":\"c\"}}")
                        .code())
                .isEqualTo(201);
        assertThat(api.get(MAPS + "/c").code()).isEqualTo(404);
    }

    @Test
    void anAccountMayDoWhatItIsGiven() {
        api.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"other\"}}");
        api.caller = Caller.account("n", "default", "u");
        assertThat(api.post(MAPS, "{\"metadata\":{\"name\":\"c\"}}").message())
                .isEqualTo("configmaps is forbidden: User \"system:serviceaccount:n:default\" cannot create resource"
                        + " \"configmaps\" in API group \"\" in the namespace \"n\"");
        api.caller = Caller.administrator();
        api.post("/apis/rbac.authorization.k8s.io/v1/namespaces/n/rolebindings", """
            {"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"edit"},
             "subjects":[{"kind":"ServiceAccount","name":"default"}]}\
            """);
        api.caller = Caller.account("n", "default", "u");
        assertThat(api.post(MAPS, "{\"metadata\":{\"name\":\"c\"}}").code()).isEqualTo(201);
        assertThat(api.get("/api/v1/namespaces/other/configmaps").code()).isEqualTo(403);
        assertThat(api.get("/api/v1/pods").message())
                .isEqualTo("pods is forbidden: User \"system:serviceaccount:n:default\" cannot list resource \"pods\""
                        + " in API group \"\" at the cluster scope");
        assertThat(api.get("/api/v1/namespaces/n").code()).isEqualTo(200);
        assertThat(api.delete("/api/v1/namespaces/n").code()).isEqualTo(403);
        assertThat(api.get("/apis").code()).isEqualTo(200);
        assertThat(api.get("/metrics").message())
                .isEqualTo("forbidden: User \"system:serviceaccount:n:default\" cannot get path \"/metrics\"");
        Reply review = api.post(
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                "{\"spec\":{\"resourceAttributes\":{\"namespace\":\"other\",\"verb\":\"get\",\"resource\":\"pods\"}}}");
        assertThat(review.json().path("status").path("allowed").asBoolean()).isFalse();
        api.caller = Caller.ANONYMOUS;
        assertThat(api.get(MAPS).message()).contains("User \"system:anonymous\" cannot list resource \"configmaps\"");
        assertThat(api.get("/version").code()).isEqualTo(200);
    }

    @Test
    void whatIsNotServedIsNotFound() {
        assertThat(api.get("/apis/networking.k8s.io/v1/ingresses").code()).isEqualTo(404);
        assertThat(api.get("/api/v1/namespaces/n/pods/p/exec").code()).isEqualTo(404);
        assertThat(api.send("PATCH", "/api/v1/namespaces/n", "text/plain", "{}").code())
                .isEqualTo(415);
        assertThat(api.send("TRACE", PODS, Map.of(), "").code()).isEqualTo(405);
        assertThat(api.post(MAPS, "{").code()).isEqualTo(400);
        assertThat(api.post(MAPS, "[".repeat(500)).code()).isEqualTo(400);
    }

    @Test
    void tablesCarryKubectlsColumns() {
        api.post(PODS, Requests.pod("p").toString());
        api.now = api.now.plusSeconds(75);
        Reply table = api.send(
                "GET", PODS, Map.of("accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"), "");
        assertThat(table.at("/kind")).isEqualTo("Table");
        assertThat(table.json().at("/rows/0/cells").toString())
                .isEqualTo("[\"p\",\"0/1\",\"Pending\",\"0\",\"75s\",\"<none>\",\"<none>\",\"<none>\",\"<none>\"]");
        assertThat(table.at("/rows/0/object/kind")).isEqualTo("PartialObjectMetadata");
    }
}
