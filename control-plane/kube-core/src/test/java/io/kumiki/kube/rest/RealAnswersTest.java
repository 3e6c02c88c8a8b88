package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.rest.Requests.Reply;
import io.kumiki.model.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Definitions and objects with what a real kube-apiserver 1.34.4 answered to them: the code, every violation with its
/// field and words, or what was stored. Recorded answers; where ours differs, the difference is listed with its reason.
class RealAnswersTest {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    /// Cases where ours differs, and why.
    private static final Map<String, String> DIFFERENT = Map.of(
            "group upper", "a name that is none is refused before the rest is read",
            "plural", "a name that is none is refused before the rest is read",
            "no storage", "what is wrong is shown as it was sent, not as the server holds it",
            "status root", "what is wrong is shown as it was sent, not as the server holds it",
            "version name", "there is no older form of the definition, whose spec.version is wrong as well");

    private static List<JsonNode> cases(String file) throws IOException {
        List<JsonNode> cases = new ArrayList<>();
        try (InputStream in = RealAnswersTest.class.getResourceAsStream(file)) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                cases.add(Json.parse(line));
            }
        }
        return cases;
    }

    private static ObjectNode definition(JsonNode spec) {
        ObjectNode schema = Json.object().put("type", "object");
        schema.putObject("properties").set("spec", spec);
        return whole(schema);
    }

    private static ObjectNode whole(JsonNode schema) {
        ObjectNode definition = (ObjectNode) Json.parse("""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
              "versions":[{"name":"v1","served":true,"storage":true,"schema":{}}]}}\
            """);
        ((ObjectNode) definition.at("/spec/versions/0/schema")).set("openAPIV3Schema", schema);
        return definition;
    }

    private static void compare(String what, JsonNode recorded, Reply reply, List<String> differences) {
        if (DIFFERENT.containsKey(recorded.path("case").asText())) {
            return;
        }
        if (reply.code() != recorded.path("code").asInt()) {
            differences.add(what + ": " + recorded.path("code") + " is real, ours is " + reply.code() + "\n  real "
                    + recorded.path("causes") + recorded.path("message") + "\n  ours " + reply.message());
            return;
        }
        if (recorded.has("stored")
                && !recorded.get("stored").equals(reply.json().path("spec"))) {
            differences.add(what + ":\n  real stores " + recorded.get("stored") + "\n  ours "
                    + reply.json().path("spec"));
        }
        TreeSet<String> real = new TreeSet<>();
        recorded.path("causes")
                .forEach(each ->
                        real.add(each.get(0).asText() + ": " + each.get(1).asText()));
        TreeSet<String> ours = new TreeSet<>();
        reply.json()
                .at("/details/causes")
                .forEach(each -> ours.add(each.path("field").asText() + ": "
                        + each.path("message").asText()));
        if (!real.equals(ours)) {
            differences.add(
                    what + "\n  real " + String.join("\n       ", real) + "\n  ours " + String.join("\n       ", ours));
        }
    }

    @Test
    void objectsAreAnsweredAsByTheRealServer() throws IOException {
        List<String> differences = new ArrayList<>();
        for (JsonNode each : cases("objects.jsonl")) {
            Requests api = new Requests();
            ObjectNode object = Json.object();
            object.putObject("metadata").put("name", "x");
            String things = "/apis/example.com/v1/namespaces/n/things";
            Reply reply;
            if (each.has("loose")) {
                api.post(DEFINITIONS, definition(each.get("loose")).toString());
                object.set("spec", each.get("old"));
                Reply old = api.post(things, object.toString());
                assertThat(old.code()).isEqualTo(201);
                ObjectNode stricter = definition(each.get("schema"));
                assertThat(api.patch(DEFINITIONS + "/things.example.com", "merge-patch", stricter.toString())
                                .code())
                        .isEqualTo(200);
                object.withObject("/metadata").set("resourceVersion", old.json().at("/metadata/resourceVersion"));
                object.set("spec", each.get("spec"));
                reply = api.put(things + "/x", object.toString());
            } else {
                Reply made =
                        api.post(DEFINITIONS, definition(each.get("schema")).toString());
                assertThat(made.code()).as(made.message()).isEqualTo(201);
                object.set("spec", each.get("spec"));
                reply = api.post(things, object.toString());
            }
            compare(each.path("case").asText() + " " + each.get("spec"), each, reply, differences);
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }

    @Test
    void definitionsAreAnsweredAsByTheRealServer() throws IOException {
        List<String> differences = new ArrayList<>();
        for (JsonNode each : cases("definitions.jsonl")) {
            JsonNode definition = each.has("definition") ? each.get("definition") : whole(each.get("schema"));
            Reply reply = new Requests().post(DEFINITIONS, definition.toString());
            compare(each.path("case").asText(), each, reply, differences);
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }
}
