package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.kube.rest.Requests.Reply;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What nobody sends by accident: each gets a Status, costs little, and leaves what was there as it was.
class BadInputTest {
    private static final String MAPS = "/api/v1/namespaces/n/configmaps";
    private static final String FREE = "/apis/example.com/v1/namespaces/n/frees";

    private final Requests api = new Requests();

    @BeforeEach
    void define() {
        Reply made = api.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"metadata":{"name":"frees.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
             "names":{"kind":"Free","plural":"frees"},"versions":[{"name":"v1","served":true,"storage":true,
              "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}\
            """);
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        assertThat(api.post(FREE, "{\"metadata\":{\"name\":\"f\"},\"a\":{\"b\":1}}")
                        .code())
                .isEqualTo(201);
    }

    private void refused(int code, String message, Reply reply) {
        assertThat(reply.code()).as(reply.message()).isEqualTo(code);
        assertThat(reply.at("/kind")).isEqualTo("Status");
        assertThat(reply.message()).contains(message);
        assertThat(api.get(FREE + "/f").json().path("a").toString()).isEqualTo("{\"b\":1}");
    }

    @Test
    void deepNesting() {
        String deep = "{\"metadata\":{\"name\":\"deep\"},\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        refused(400, "not valid JSON", api.post(FREE, deep));
        // What the parser takes and could not be read again with its managedFields around it.
        String border =
                "{\"metadata\":{\"name\":\"deep\"},\"a\":" + "{\"a\":".repeat(190) + "1" + "}".repeat(190) + "}";
        refused(400, "levels", api.post(FREE, border));
        assertThat(api.get(FREE + "/deep").code()).isEqualTo(404);
    }

    @Test
    void patchesThatNestDeeperEachTime() {
        String chain = "{\"x\":".repeat(150) + "1" + "}".repeat(150);
        assertThat(api.patch(FREE + "/f", "merge-patch", "{\"c\":" + chain + "}")
                        .code())
                .isEqualTo(200);
        String inner = "{\"c\":" + "{\"x\":".repeat(150) + chain + "}".repeat(150) + "}";
        refused(400, "", api.patch(FREE + "/f", "merge-patch", inner));
        String add = "[{\"op\":\"add\",\"path\":\"/c" + "/x".repeat(150) + "\",\"value\":" + chain + "}]";
        refused(400, "levels", api.patch(FREE + "/f", "json-patch", add));
    }

    @Test
    void copiesOfCopies() {
        String doubling = IntStream.range(0, 60)
                .mapToObj(i -> "{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/c" + i + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        refused(413, "the JSON patch is not carried out", api.patch(FREE + "/f", "json-patch", doubling));
        String moving = IntStream.range(0, 5_000)
                .mapToObj(i -> "{\"op\":\"add\",\"path\":\"/m" + i + "\",\"value\":{}},{\"op\":\"move\",\"from\":\""
                        + (i == 0 ? "/a" : "/m" + (i - 1)) + "\",\"path\":\"/m" + i + "/d\"}")
                .collect(Collectors.joining(",", "[", "]"));
        refused(413, "levels", api.patch(FREE + "/f", "json-patch", moving));
    }

    @Test
    void patchesThatAreNone() {
        refused(400, "list", api.patch(FREE + "/f", "json-patch", "{}"));
        refused(
                422,
                "",
                api.patch(
                        FREE + "/f",
                        "json-patch",
                        "[{\"op\":\"add\",\"path\":\"/l\",\"value\":[]},"
                                + "{\"op\":\"add\",\"path\":\"/l/2147483648\",\"value\":1}]"));
        refused(
                422,
                "",
                api.patch(
                        FREE + "/f",
                        "json-patch",
                        "[{\"op\":\"add\",\"path\":\"/l\",\"value\":[]},"
                                + "{\"op\":\"add\",\"path\":\"/l/999999999\",\"value\":1}]"));
        refused(
                422,
                "levels",
                api.patch(FREE + "/f", "json-patch", "[{\"op\":\"remove\",\"path\":\"" + "/a".repeat(5_000) + "\"}]"));
        String many = IntStream.range(0, 10_001)
                .mapToObj(i -> "{\"op\":\"test\",\"path\":\"/a/b\",\"value\":1}")
                .collect(Collectors.joining(",", "[", "]"));
        refused(413, "maximum operations", api.patch(FREE + "/f", "json-patch", many));
        refused(400, "", api.patch(FREE + "/f", "merge-patch", "[]"));
        refused(400, "", api.patch(FREE + "/f", "merge-patch", "1"));
        refused(415, "", api.send("PATCH", FREE + "/f", "application/json", "{}"));
        refused(415, "", api.send("POST", FREE, "text/plain", "{}"));
        refused(400, "", api.post(FREE, "[]"));
        refused(400, "", api.post(FREE, ""));
    }

    @Test
    void objectsThatGrowPatchByPatch() {
        String big = "x".repeat(900_000);
        assertThat(api.patch(FREE + "/f", "merge-patch", "{\"one\":\"" + big + "\"}")
                        .code())
                .isEqualTo(200);
        refused(413, "at most 1572864", api.patch(FREE + "/f", "merge-patch", "{\"two\":\"" + big + "\"}"));
    }

    @Test
    void loneSurrogatesAreNoText() {
        Reply reply = api.post(MAPS, "{\"metadata\":{\"name\":\"s\"},\"data\":{\"a\":\"\\ud800\"}}");
        assertThat(reply.code()).as(reply.message()).isIn(201, 400);
        if (reply.code() == 201) {
            assertThat(api.get(MAPS + "/s").at("/data/a")).hasSize(1);
        }
    }

    @Test
    void absurdQueries() {
        // As the real server has it: below nothing is no limit.
        assertThat(api.get(MAPS + "?limit=-1").code()).isEqualTo(200);
        refused(400, "value out of range", api.get(MAPS + "?limit=99999999999999999999"));
        assertThat(api.get(MAPS + "?limit=9223372036854775807").code()).isEqualTo(200);
        for (String token : new String[] {"x", "e30", "bnVsbA", "W10", "====", "A".repeat(20_000)}) {
            refused(400, "continue", api.get(MAPS + "?continue=" + token));
        }
        refused(400, "resourceVersion", api.get(MAPS + "?resourceVersion=-7&resourceVersionMatch=Exact"));
        refused(400, "resourceVersion", api.get(MAPS + "?resourceVersion=1e9&resourceVersionMatch=Exact"));
        String many = IntStream.range(0, 3_000).mapToObj(i -> "v" + i).collect(Collectors.joining(","));
        assertThat(api.get(MAPS + "?labelSelector=a+in+(" + many + ")").code()).isEqualTo(200);
        refused(400, "", api.get(MAPS + "?labelSelector=a+in+(" + many));
        refused(400, "", api.get(MAPS + "?labelSelector=" + "(".repeat(10_000)));
    }

    @Test
    void ownersInACircleEnd() {
        for (String name : new String[] {"a", "b", "c"}) {
            api.post(MAPS, "{\"metadata\":{\"name\":\"" + name + "\"}}");
        }
        own("a", "b");
        own("b", "c");
        own("c", "a");
        own("c", "c");
        assertThat(api.send("DELETE", MAPS + "/a?propagationPolicy=Foreground", java.util.Map.of(), "")
                        .code())
                .isEqualTo(200);
        for (String name : new String[] {"a", "b"}) {
            assertThat(api.get(MAPS + "/" + name).code()).as(name).isEqualTo(404);
        }
    }

    private void own(String owner, String owned) {
        String uid = api.get(MAPS + "/" + owner).at("/metadata/uid");
        Reply reply = api.patch(
                MAPS + "/" + owned,
                "merge-patch",
                "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"" + owner
                        + "\",\"uid\":\"" + uid + "\",\"blockOwnerDeletion\":true}]}}");
        assertThat(reply.code()).as(reply.message()).isEqualTo(200);
    }
}
