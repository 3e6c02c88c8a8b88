package io.kumiki.web.dashboard.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.yaml.Yaml;
import io.kumiki.web.dashboard.Specs;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class GraphsTest {
    private static final Graphs GRAPHS = new Graphs();

    @AfterAll
    static void close() {
        GRAPHS.close();
    }

    private static Map<String, JsonNode> nodes(ObjectNode graph) {
        Map<String, JsonNode> nodes = new HashMap<>();
        graph.path("nodes").forEach(n -> nodes.put(n.path("id").asText(), n));
        return nodes;
    }

    @Test
    void closedLoopsAreOneNodeAndDataFlowsLeftToRight() throws Exception {
        ObjectNode graph = GRAPHS.graph("chain", Specs.chain(), "auto");
        var nodes = nodes(graph);
        assertThat(nodes.keySet()).containsExactlyInAnyOrder("prepare", "train", "for-loop-1");
        JsonNode loop = nodes.get("for-loop-1");
        assertThat(loop.path("kind").asText()).isEqualTo("LOOP");
        assertThat(loop.path("note").asText()).isEqualTo("[1, 2, 3]");
        assertThat(loop.path("group").toString()).isEqualTo("{\"expanded\":false,\"members\":1,\"type\":\"LOOP\"}");
        JsonNode edge = graph.path("edges").get(0);
        assertThat(edge.path("kind").asText()).isEqualTo("DATA");
        JsonNode prepare = nodes.get("prepare");
        JsonNode train = nodes.get("train");
        assertThat(train.path("x").asDouble())
                .isGreaterThan(prepare.path("x").asDouble() + prepare.path("w").asDouble());
        JsonNode first = edge.path("points").get(0);
        JsonNode last = edge.path("points").get(edge.path("points").size() - 1);
        assertThat(first.path("x").asDouble())
                .isEqualTo(prepare.path("x").asDouble() + prepare.path("w").asDouble());
        assertThat(last.path("x").asDouble()).isEqualTo(train.path("x").asDouble());
    }

    @Test
    void openGroupsEncloseTheirMembersInAbsolutePixels() throws Exception {
        for (String expand : new String[] {"all", "for-loop-1", "for-loop-1/*/each"}) {
            var nodes = nodes(GRAPHS.graph("chain", Specs.chain(), expand));
            JsonNode loop = nodes.get("for-loop-1");
            JsonNode each = nodes.get("for-loop-1/*/each");
            assertThat(each.path("parent").asText()).isEqualTo("for-loop-1");
            assertThat(loop.path("w").asDouble())
                    .as("room for its title and its note")
                    .isGreaterThan(240);
            assertThat(each.path("x").asDouble())
                    .isGreaterThanOrEqualTo(loop.path("x").asDouble());
            assertThat(each.path("x").asDouble() + each.path("w").asDouble())
                    .isLessThanOrEqualTo(
                            loop.path("x").asDouble() + loop.path("w").asDouble());
            assertThat(each.path("y").asDouble() + each.path("h").asDouble())
                    .isLessThanOrEqualTo(
                            loop.path("y").asDouble() + loop.path("h").asDouble());
        }
    }

    @Test
    void sameSpecSamePictureAndItIsPlacedOnce() throws Exception {
        assertThat(GRAPHS.graph("chain", Specs.chain(), "all")).isSameAs(GRAPHS.graph("chain", Json.object(), "all"));
        assertThat(GRAPHS.graph("other-id", Specs.chain(), "all").path("nodes"))
                .isEqualTo(GRAPHS.graph("chain", Specs.chain(), "all").path("nodes"));
    }

    @Test
    void conditionsAndExitHandlersAreGroupsOfTheirKind() throws Exception {
        JsonNode spec = Yaml.document("""
                components:
                  comp-a: {executorLabel: e}
                  comp-condition-2: {dag: {tasks: {a: {componentRef: {name: comp-a}}}}}
                  comp-exit-handler-1: {dag: {tasks: {b: {componentRef: {name: comp-a}}}}}
                deploymentSpec: {executors: {e: {container: {image: x}}}}
                root:
                  dag:
                    tasks:
                      condition-2:
                        componentRef: {name: comp-condition-2}
                        triggerPolicy: {condition: "inputs.parameter_values['pipelinechannel--flip'] == 'heads'"}
                      exit-handler-1: {componentRef: {name: comp-exit-handler-1}}
                      last: {componentRef: {name: comp-a}, dependentTasks: [exit-handler-1], triggerPolicy: {strategy: ALL_UPSTREAM_TASKS_COMPLETED}}
                """);
        var nodes = nodes(GRAPHS.graph("conditions", spec, "auto"));
        assertThat(nodes.get("condition-2").path("note").asText()).isEqualTo("flip == 'heads'");
        assertThat(nodes.get("condition-2").path("group").path("type").asText()).isEqualTo("CONDITION");
        assertThat(nodes.get("condition-2").path("kind").asText()).isEqualTo("DAG");
        assertThat(nodes.get("exit-handler-1").path("group").path("type").asText())
                .isEqualTo("EXIT_HANDLER");
        assertThat(nodes).containsKeys("condition-2/a", "exit-handler-1/b", "last");
    }

    @Test
    void aComponentThatContainsItselfEndsSomewhere() throws Exception {
        JsonNode spec = Yaml.document(
                "components: {c: {dag: {tasks: {x: {componentRef: {name: c}}, y: {componentRef: {name: c}}}}}}\n"
                        + "root: {dag: {tasks: {x: {componentRef: {name: c}}}}}");
        assertThat(GRAPHS.graph("endless", spec, "none").path("nodes")).hasSize(1);
        assertThat(SpecReading.read(spec, "all").nodes().size()).isLessThanOrEqualTo(5_100);
        assertThat(SpecReading.read(spec, "auto").nodes()).hasSize(1);
    }
}
