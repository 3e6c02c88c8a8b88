package io.kumiki.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Caller;
import io.kumiki.kube.Cluster;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.Journal;
import io.kumiki.model.Json;
import io.kumiki.runtime.yaml.Yaml;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every published sample of a kind whose definition is published, created here and answered as a real kube-apiserver
/// 1.34.4 answered it: accepted, or refused for the recorded reasons. What was accepted is accepted again, unchanged.
class PublishedSamplesTest {
    private static final List<String> FOLDERS = List.of("kfp", "katib", "kserve", "trainer", "training", "platform");

    private final Cluster cluster =
            new Cluster(ClusterSettings.simulated(() -> Instant.parse("2026-01-01T00:00:00Z"), 1), Journal.memory());
    private final Map<String, Served> served = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();

    private record Served(String plural, boolean namespaced) {}

    private record Reply(int code, JsonNode json) {}

    private Reply send(String method, String path, JsonNode body) {
        var answer = (ApiAnswer.Whole) cluster.handle(new ApiRequest(
                method,
                path,
                Map.of(),
                Map.of("content-type", "application/json"),
                Json.bytes(body),
                Caller.administrator()));
        var bytes = new ByteArrayOutputStream();
        answer.body().forEach(bytes::writeBytes);
        return new Reply(answer.status(), Json.parse(bytes.toByteArray()));
    }

    private void define(Path shared) throws IOException {
        for (JsonNode document : documents(shared.resolve("crds"))) {
            if (document.path("kind").asText().equals("CustomResourceDefinition")
                    && send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", document).code == 201) {
                JsonNode spec = document.path("spec");
                for (JsonNode version : spec.path("versions")) {
                    if (version.path("served").asBoolean()) {
                        served.put(
                                spec.path("group").asText() + "/"
                                        + version.path("name").asText() + " "
                                        + spec.path("names").path("kind").asText(),
                                new Served(
                                        spec.path("names").path("plural").asText(),
                                        spec.path("scope").asText().equals("Namespaced")));
                    }
                }
            }
        }
    }

    private static List<JsonNode> documents(Path folder) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        for (Path file : files(folder)) {
            all.addAll(Yaml.documents(Files.readAllBytes(file)));
        }
        return all;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(f -> f.toString().matches(".*\\.ya?ml"))
                    .sorted()
                    .toList();
        }
    }

    private static Map<String, JsonNode> refused() throws IOException {
        Map<String, JsonNode> refused = new HashMap<>();
        try (InputStream in = PublishedSamplesTest.class.getResourceAsStream("refused-samples.jsonl")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                JsonNode each = Json.parse(line);
                refused.put(each.path("file").asText() + "#" + each.path("document"), each);
            }
        }
        return refused;
    }

    @Test
    void samplesAreAnsweredAsByTheRealServer() throws IOException {
        Path shared = PublishedDataTest.shared();
        define(shared);
        Map<String, JsonNode> refused = refused();
        int accepted = 0;
        for (String folder : FOLDERS) {
            for (Path file : files(shared.resolve(folder))) {
                List<JsonNode> documents = Yaml.documents(Files.readAllBytes(file));
                for (int i = 0; i < documents.size(); i++) {
                    String name = shared.relativize(file) + "#" + i;
                    if (documents.get(i) instanceof ObjectNode object) {
                        accepted += sample(name, object, refused.get(name)) ? 1 : 0;
                    }
                }
            }
        }
        assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
        assertThat(accepted).isGreaterThan(200);
    }

    /// Whether it was accepted.
    private boolean sample(String name, ObjectNode object, @org.jspecify.annotations.Nullable JsonNode real) {
        String apiVersion = object.path("apiVersion").asText();
        Served kind = served.get(apiVersion + " " + object.path("kind").asText());
        String namespace = object.path("metadata").path("namespace").asText("default");
        // Placeholders that a script fills in.
        if (kind == null || namespace.contains("$")) {
            return false;
        }
        send("POST", "/api/v1/namespaces", Json.parse("{\"metadata\":{\"name\":\"" + namespace + "\"}}"));
        String path = "/apis/" + apiVersion + (kind.namespaced ? "/namespaces/" + namespace : "") + "/" + kind.plural;
        Reply reply = send("POST", path, object);
        if (reply.code == 409) {
            return false;
        }
        if (real != null) {
            refusedAlike(name, real, reply);
            return false;
        }
        if (reply.code != 201) {
            wrong.add(name + " is accepted, ours: " + reply.json.path("message").asText());
            return false;
        }
        String own = path + "/" + reply.json.path("metadata").path("name").asText();
        Reply again = send("PUT", own, reply.json);
        if (again.code != 200 || !again.json.equals(reply.json)) {
            wrong.add(name + " given back is another: " + again.json);
        }
        return true;
    }

    private void refusedAlike(String name, JsonNode real, Reply reply) {
        if (!real.has("causes")) {
            if (reply.code < 400) {
                wrong.add(name + " is refused: " + real.path("message").asText());
            }
            return;
        }
        var theirs = new TreeSet<String>();
        real.path("causes")
                .forEach(each ->
                        theirs.add(each.get(0).asText() + ": " + each.get(1).asText()));
        var ours = new TreeSet<String>();
        reply.json
                .at("/details/causes")
                .forEach(each -> ours.add(each.path("field").asText() + ": "
                        + each.path("message").asText()));
        if (!theirs.equals(ours)) {
            wrong.add(name + "\n  real " + theirs + "\n  ours " + ours);
        }
    }
}
