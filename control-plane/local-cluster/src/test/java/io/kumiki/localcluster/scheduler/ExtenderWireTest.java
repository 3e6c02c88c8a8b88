package io.kumiki.localcluster.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The messages against what the published Go types encode to.
class ExtenderWireTest {
    private static JsonNode samples = Json.object();

    @BeforeAll
    static void read() throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolveSibling("shared"))) {
            folder = folder.getParent();
        }
        samples = Json.parse(Files.readAllBytes(
                folder.resolveSibling("shared/conformance/kubernetes/scheduler-extender/wire-samples.json")));
    }

    private static String sample(String type) {
        for (JsonNode sample : samples.path("samples")) {
            if (sample.path("type").asText().equals(type)) {
                return sample.path("json").asText();
            }
        }
        throw new AssertionError("no sample of " + type);
    }

    @Test
    void argumentsAreEncodedExactly() {
        JsonNode sample = Json.parse(sample("ExtenderArgs"));
        ObjectNode pod = sample.path("Pod").deepCopy();
        pod.put("kind", "Pod").put("apiVersion", "v1");
        ObjectNode node = sample.at("/Nodes/items/0").deepCopy();
        node.put("kind", "Node").put("apiVersion", "v1");
        assertThat(Json.write(ExtenderWire.arguments(pod, List.of(node), List.of("node1"))))
                .isEqualTo(sample("ExtenderArgs"));
        assertThat(Json.write(ExtenderWire.arguments(Json.object(), null, List.of())))
                .isEqualTo("{\"Pod\":{},\"Nodes\":null,\"NodeNames\":[]}");
    }

    @Test
    void preemptionArgumentsAreEncodedExactly() {
        JsonNode sample = Json.parse(sample("ExtenderPreemptionArgs"));
        assertThat(Json.write(ExtenderWire.preemption(
                        sample.path("Pod"),
                        Map.of("foo", ExtenderWire.victims(List.of(sample.at("/NodeNameToVictims/foo/Pods/0")), 1)),
                        Map.of("foo", ExtenderWire.metaVictims(List.of("myuid"), 1)))))
                .isEqualTo(sample("ExtenderPreemptionArgs"));
    }

    @Test
    void bindingArgumentsAreEncodedExactly() {
        assertThat(Json.write(ExtenderWire.binding("mypodnamespace", "mypodname", "mypoduid", "mynode")))
                .isEqualTo(sample("ExtenderBindingArgs"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answersAreReadInAnyLetterCase(boolean lower) throws Exception {
        JsonNode filter = Json.parse(cased("ExtenderFilterResult", lower));
        ExtenderWire.FilterResult byName = ExtenderWire.filterResult(filter, true);
        assertThat(byName.nodes()).containsExactly("node1");
        assertThat(byName.failed()).isEqualTo(Map.of("foo", "bar"));
        assertThat(byName.unresolvable()).isEqualTo(Map.of("baz", "qux"));
        assertThat(byName.error()).isEqualTo("myerror");
        assertThat(ExtenderWire.filterResult(filter, false).nodes()).containsExactly("nodename");
        assertThat(ExtenderWire.preemptionResult(Json.parse(cased("ExtenderPreemptionResult", lower))))
                .isEqualTo(Map.of("foo", new ExtenderWire.MetaVictims(List.of("myuid"), 1)));
        assertThat(ExtenderWire.priorities(Json.array().add(Json.parse(cased("HostPriority", lower)))))
                .isEqualTo(Map.of("myhost", 1L));
        assertThat(ExtenderWire.error(Json.parse(cased("ExtenderBindingResult", lower))))
                .isEqualTo("myerror");
    }

    private static String cased(String type, boolean lower) {
        return lower ? sample(type).toLowerCase(Locale.ROOT) : sample(type);
    }

    @Test
    void nullIsNothing() throws Exception {
        assertThat(ExtenderWire.filterResult(Json.parse("null"), true).nodes()).isNull();
        assertThat(ExtenderWire.filterResult(
                                Json.parse("{\"NodeNames\":null,\"FailedNodes\":null,\"Error\":null}"), true)
                        .nodes())
                .isNull();
        assertThat(ExtenderWire.priorities(Json.parse("null"))).isEmpty();
        assertThat(ExtenderWire.preemptionResult(Json.parse("{\"NodeNameToMetaVictims\":{\"n\":null}}")))
                .isEqualTo(Map.of("n", new ExtenderWire.MetaVictims(List.of(), 0)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "\"text\"",
                "{\"NodeNames\":\"a\"}",
                "{\"NodeNames\":[1]}",
                "{\"FailedNodes\":[]}",
                "{\"FailedNodes\":{\"a\":{}}}",
                "{\"Error\":7}"
            })
    void whatIsOfTheWrongFormIsRefused(String answer) {
        assertThatThrownBy(() -> ExtenderWire.filterResult(Json.parse(answer), true))
                .isInstanceOf(ExtenderWire.Unreadable.class);
    }
}
