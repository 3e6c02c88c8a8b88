package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.kube.rest.Requests.Reply;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Kinds made by a CustomResourceDefinition.
class DefinitionTest {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String WIDGETS = "/apis/example.com/v1/namespaces/n/widgets";
    private static final String WIDGET = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
         "spec":{"group":"example.com","scope":"Namespaced","names":{"kind":"Widget","plural":"widgets","shortNames":["wd"]},
          "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.size","statusReplicasPath":".status.found"}},
           "additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size"},{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\\"Ready\\")].status"}],
           "schema":{"openAPIV3Schema":{"type":"object","properties":{
             "spec":{"type":"object","required":["size"],"properties":{"size":{"type":"integer","minimum":1},"color":{"type":"string","default":"red","enum":["red","blue"]},
               "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["id"],"items":{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"n":{"type":"integer"}}}},
               "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}},
             "status":{"type":"object","properties":{"found":{"type":"integer"},"conditions":{"type":"array","items":{"type":"object","properties":{"type":{"type":"string"},"status":{"type":"string"}}}}}}}}}}]}}\
        """;

    private final Requests api = new Requests();

    @BeforeEach
    void define() {
        Reply made = api.post(DEFINITIONS, WIDGET);
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        assertThat(made.at("/status/conditions/1/type")).isEqualTo("Established");
    }

    @Test
    void defaultsPruningAndValidation() {
        Reply made = api.post(
                WIDGETS,
                "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"size\":2,\"odd\":1,\"free\":{\"any\":{\"thing\":1}}}}");
        assertThat(made.code()).isEqualTo(201);
        assertThat(made.json().path("spec").toString())
                .isEqualTo("{\"size\":2,\"free\":{\"any\":{\"thing\":1}},\"color\":\"red\"}");
        Reply bad = api.post(
                WIDGETS,
                "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"size\":0,\"color\":\"green\",\"parts\":[{\"id\":\"a\"},{\"id\":\"a\"},{}]}}");
        assertThat(bad.code()).isEqualTo(422);
        assertThat(bad.message())
                .contains("spec.size")
                .contains("spec.color")
                .contains("Duplicate value")
                .contains("spec.parts[2].id: Required value");
    }

    @Test
    void statusGenerationAndColumns() {
        api.post(WIDGETS, "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"size\":2},\"status\":{\"conditions\":[]}}");
        assertThat(api.get(WIDGETS + "/w").json().has("status")).isFalse();
        Reply status = api.patch(
                WIDGETS + "/w/status",
                "merge-patch",
                "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");
        assertThat(status.at("/metadata/generation")).isEqualTo("1");
        assertThat(api.patch(WIDGETS + "/w", "merge-patch", "{\"spec\":{\"size\":3}}")
                        .at("/metadata/generation"))
                .isEqualTo("2");
        Reply table = api.send(
                "GET", WIDGETS, java.util.Map.of("accept", "application/json;as=Table;v=v1;g=meta.k8s.io"), "");
        assertThat(table.json().at("/rows/0/cells").toString()).isEqualTo("[\"w\",3,\"True\"]");
    }

    @Test
    void applyMergesListsByTheirKeys() {
        String head = "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Widget\",\"spec\":";
        api.apply(WIDGETS + "/w", "one", head + "{\"size\":1,\"parts\":[{\"id\":\"a\",\"n\":1}]}}");
        Reply both = api.apply(WIDGETS + "/w", "two", head + "{\"size\":1,\"parts\":[{\"id\":\"b\",\"n\":2}]}}");
        assertThat(both.json().at("/spec/parts").toString())
                .isEqualTo("[{\"id\":\"a\",\"n\":1},{\"id\":\"b\",\"n\":2}]");
        Reply less = api.apply(WIDGETS + "/w", "one", head + "{\"size\":1}}");
        assertThat(less.json().at("/spec/parts").toString()).isEqualTo("[{\"id\":\"b\",\"n\":2}]");
    }

    @Test
    void theDefinitionTakesItsObjectsWithIt() {
        api.post(WIDGETS, "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"size\":2}}");
        api.delete(DEFINITIONS + "/widgets.example.com");
        assertThat(api.get(WIDGETS).code()).isEqualTo(404);
        assertThat(api.get(DEFINITIONS + "/widgets.example.com").code()).isEqualTo(404);
    }

    @Test
    void aBadDefinitionIsRefusedWithEverythingThatIsWrong() {
        Reply reply = api.post(
                DEFINITIONS,
                WIDGET.replace("\"widgets.example.com\"", "\"wrong.example.com\"")
                        .replace("\"scope\":\"Namespaced\"", "\"scope\":\"Somewhere\"")
                        .replace("\"free\":{\"type\":\"object\",", "\"free\":{\"type\":\"thing\","));
        assertThat(reply.code()).isEqualTo(422);
        assertThat(reply.message())
                .contains("metadata.name")
                .contains("spec.scope")
                .contains("Unsupported value: \"thing\"");
    }

    @Test
    void itsTypeIsInDiscoveryAndOpenApi() {
        assertThat(api.get("/apis/example.com/v1").at("/resources/0/shortNames/0"))
                .isEqualTo("wd");
        Reply document = api.get("/openapi/v3/apis/example.com/v1");
        assertThat(document.json()
                        .at("/components/schemas/com.example.v1.Widget/properties/spec/properties/color/default")
                        .asText())
                .isEqualTo("red");
    }

    @Test
    void scaleReadsAndWritesTheFieldThatTheDefinitionNames() {
        api.post(WIDGETS, "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"size\":2}}");
        api.patch(WIDGETS + "/w/status", "merge-patch", "{\"status\":{\"found\":1}}");
        Reply scale = api.get(WIDGETS + "/w/scale");
        assertThat(scale.at("/kind") + scale.at("/spec/replicas") + scale.at("/status/replicas"))
                .isEqualTo("Scale21");
        assertThat(api.patch(WIDGETS + "/w/scale", "merge-patch", "{\"spec\":{\"replicas\":5}}")
                        .at("/spec/replicas"))
                .isEqualTo("5");
        Reply stale =
                api.put(WIDGETS + "/w/scale", scale.json().toString().replace("\"replicas\":2", "\"replicas\":9"));
        assertThat(stale.code()).as(stale.message()).isEqualTo(409);
        assertThat(api.get(WIDGETS + "/w").at("/spec/size")).isEqualTo("5");
        assertThat(api.get("/apis/example.com/v1").json().path("resources").toString())
                .contains("widgets/scale", "autoscaling");
    }

    private static String definition(String plural, String kind, String version) {
        return """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"%s.example.org"},
             "spec":{"group":"example.org","scope":"Namespaced","names":{"kind":"%s","plural":"%s"},"versions":[%s]}}\
            """.formatted(plural, kind, plural, version);
    }

    private static String version(String name, boolean storage, String more) {
        return """
            {"name":"%s","served":true,"storage":%s%s,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object",
             "properties":{"color":{"type":"string"},"size":{"type":"integer"}}}}}}}\
            """.formatted(name, storage, more);
    }

    @Test
    void aNameBelongsToOneDefinitionUntilItGoes() {
        api.post(DEFINITIONS, definition("mills", "Mill", version("v1", true, "")));
        Reply second = api.post(DEFINITIONS, definition("windmills", "Mill", version("v1", true, "")));
        assertThat(second.code()).isEqualTo(201);
        assertThat(second.json().at("/status/conditions").toString())
                .contains("\"ListKindConflict\"", "is already in use", "NotAccepted");
        assertThat(api.get("/apis/example.org/v1/namespaces/n/windmills").code())
                .isEqualTo(404);
        api.delete(DEFINITIONS + "/mills.example.org");
        assertThat(api.get("/apis/example.org/v1/namespaces/n/windmills").code())
                .isEqualTo(200);
    }

    @Test
    void versionsShareObjectsAndADeprecatedOneSaysSo() {
        String old = version("v1", true, ",\"deprecated\":true,\"deprecationWarning\":\"use v2\"");
        api.post(DEFINITIONS, definition("mills", "Mill", old + "," + version("v2", false, "")));
        String v1 = "/apis/example.org/v1/namespaces/n/mills";
        Reply made = api.post(v1, "{\"metadata\":{\"name\":\"m\"},\"spec\":{\"color\":\"red\"}}");
        assertThat(made.headers()).containsEntry("Warning", "299 - \"use v2\"");
        assertThat(api.get(v1).headers()).containsEntry("Warning", "299 - \"use v2\"");
        Reply other = api.get("/apis/example.org/v2/namespaces/n/mills/m");
        assertThat(other.at("/apiVersion") + other.at("/spec/color")).isEqualTo("example.org/v2red");
        assertThat(other.headers()).isEmpty();
        String both = version("v1", false, "") + "," + version("v2", true, "");
        Reply moved = api.patch(DEFINITIONS + "/mills.example.org", "merge-patch", definition("mills", "Mill", both));
        assertThat(moved.json().at("/status/storedVersions").toString()).isEqualTo("[\"v1\",\"v2\"]");
        Reply gone = api.patch(
                DEFINITIONS + "/mills.example.org",
                "merge-patch",
                definition("mills", "Mill", version("v2", true, "")));
        assertThat(gone.message())
                .contains("status.storedVersions[0]: Invalid value: \"v1\": missing from spec.versions");
    }

    @Test
    void selectableFieldsSelect() {
        api.post(
                DEFINITIONS,
                definition(
                        "mills",
                        "Mill",
                        version(
                                "v1",
                                true,
                                ",\"selectableFields\":[{\"jsonPath\":\".spec.color\"},{\"jsonPath\":\".spec.size\"}]")));
        String mills = "/apis/example.org/v1/namespaces/n/mills";
        api.post(mills, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"color\":\"red\",\"size\":1}}");
        api.post(mills, "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"color\":\"blue\",\"size\":1}}");
        assertThat(api.get(mills + "?fieldSelector=spec.color%3Dred,spec.size%3D1")
                        .json()
                        .path("items"))
                .hasSize(1);
        assertThat(api.get(mills + "?fieldSelector=spec.nope%3D1").code()).isEqualTo(400);
    }

    @Test
    void whatIsUnknownOrSaidTwiceIsTold() {
        String twice =
                "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"size\":1,\"size\":2,\"parts\":[{\"id\":\"a\",\"odd\":1}]}}";
        assertThat(api.post(WIDGETS + "?fieldValidation=Strict", twice).message())
                .isEqualTo("Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: duplicate"
                        + " field \"spec.size\", unknown field \"spec.parts[0].odd\"");
        String odd = twice.replace("\"size\":1,", "");
        assertThat(api.post(WIDGETS + "?fieldValidation=Strict", odd).message())
                .endsWith("strict decoding error: unknown field \"spec.parts[0].odd\"");
        assertThat(api.post(WIDGETS + "?fieldValidation=Warn", twice).headers().get("Warning"))
                .contains("duplicate field", "spec.size", "unknown field", "spec.parts[0].odd");
    }

    @Test
    void webhooksOfConversionAreRefusedByName() {
        Reply reply = api.post(
                DEFINITIONS,
                definition("mills", "Mill", version("v1", true, ""))
                        .replace(
                                "\"scope\"",
                                "\"conversion\":{\"strategy\":\"Webhook\",\"webhook\":{\"conversionReviewVersions\":[\"v1\"]}},\"scope\""));
        assertThat(reply.message()).contains("spec.conversion.strategy: Forbidden: conversion webhooks are not called");
    }

    /// `kubectl apply` of one that exists sends the kind of patch that the document names.
    @Test
    void thePatchesThatAreOfferedAreThoseThatAreTaken() {
        assertThat(api.post(WIDGETS, "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"size\":2}}")
                        .code())
                .isEqualTo(201);
        var offered = api.get("/openapi/v3/apis/example.com/v1")
                .json()
                .path("paths")
                .path("/apis/example.com/v1/namespaces/{namespace}/widgets/{name}")
                .at("/patch/requestBody/content");
        for (String kind : List.of("merge-patch", "strategic-merge-patch")) {
            Reply patched = api.patch(WIDGETS + "/w", kind, "{\"spec\":{\"size\":3}}");
            assertThat(patched.code() == 200).as(kind).isEqualTo(offered.has("application/" + kind + "+json"));
        }
        assertThat(offered.has("application/merge-patch+json")).isTrue();
        assertThat(api.get("/openapi/v3/api/v1")
                        .json()
                        .path("paths")
                        .path("/api/v1/namespaces/{namespace}/pods/{name}")
                        .at("/patch/requestBody/content")
                        .has("application/strategic-merge-patch+json"))
                .isTrue();
    }
}
