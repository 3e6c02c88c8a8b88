package io.kumiki.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineReaderTest {
    private static ObjectNode good() {
        return (ObjectNode) Json.parse("""
                {"pipelineInfo":{"name":"p"},"schemaVersion":"2.1.0",
                 "deploymentSpec":{"executors":{"exec-a":{"container":{"image":"python:3.11","command":["x"]}}}},
                 "components":{"comp-a":{"executorLabel":"exec-a",
                    "inputDefinitions":{"parameters":{"n":{"parameterType":"NUMBER_INTEGER"}},
                      "artifacts":{"d":{"artifactType":{"schemaTitle":"system.Dataset"},"isOptional":true}}},
                    "outputDefinitions":{"parameters":{"y":{"parameterType":"STRING"}},
                      "artifacts":{"m":{"artifactType":{"schemaTitle":"system.Model"}}}}}},
                 "root":{"dag":{"tasks":{
                    "one":{"componentRef":{"name":"comp-a"},"inputs":{"parameters":{"n":{"runtimeValue":{"constant":1.0}}}}},
                    "two":{"componentRef":{"name":"comp-a"},"dependentTasks":["one"],
                      "inputs":{"parameters":{"n":{"componentInputParameter":"k"}}}}}},
                  "inputDefinitions":{"parameters":{"k":{"parameterType":"NUMBER_INTEGER","literals":[1,2]},
                    "s":{"parameterType":"STRING","isOptional":true},"l":{"parameterType":"LIST","defaultValue":[1.0]}}}}}
                """);
    }

    private static List<Violation> violations(JsonNode spec) {
        return switch (PipelineReader.read(spec, null)) {
            case Read.Valid v -> List.of();
            case Read.Invalid i -> i.violations();
        };
    }

    private static void refuses(String pointer, String json, String reason, String words) {
        ObjectNode spec = good();
        int cut = pointer.lastIndexOf('/');
        var parent = (ObjectNode) spec.at(pointer.substring(0, cut));
        parent.set(pointer.substring(cut + 1), Json.parse(json));
        assertThat(violations(spec)).as("%s = %s", pointer, json).anySatisfy(v -> {
            assertThat(v.reason()).isEqualTo(reason);
            assertThat(v.toString()).contains(words);
        });
    }

    @Test
    void theGoodOneIsGood() {
        assertThat(violations(good())).isEmpty();
    }

    @Test
    void everyKindOfMistakeIsNamed() {
        refuses("/schemaVersion", "\"2.0.0\"", "BadValue", "2.1.0 was expected");
        refuses("/pipelineInfo/name", "null", "Missing", "name");
        refuses("/pipelineInfo/name", "\"My Pipeline\"", "BadValue", "lower-case");
        refuses("/pipelineInfo/name", "7", "WrongKind", "a text was expected, found the number 7");
        refuses("/unheard", "{}", "UnknownField", "unheard");
        refuses("/components/comp-a/executorLabel", "\"exec-z\"", "UnknownExecutor", "exec-z");
        refuses("/components/comp-b", "{}", "Missing", "dag or an executorLabel");
        refuses(
                "/components/comp-a/inputDefinitions/parameters/n",
                "{\"parameterType\":\"INT\"}",
                "BadValue",
                "NUMBER_INTEGER");
        refuses(
                "/components/comp-a/inputDefinitions/parameters/n",
                "{\"parameterType\":\"LIST\",\"defaultValue\":3}",
                "TypeMismatch",
                "a list");
        String one = "/root/dag/tasks/one";
        refuses(one + "/componentRef/name", "\"comp-z\"", "UnknownComponent", "comp-z");
        refuses(one + "/inputs", "{}", "Missing", "requires the parameter \"n\"");
        refuses(
                one + "/inputs/parameters/n",
                "{\"runtimeValue\":{\"constant\":\"x\"}}",
                "TypeMismatch",
                "a whole number");
        refuses(
                one + "/inputs/parameters/n",
                "{\"taskOutputParameter\":{\"producerTask\":\"zz\",\"outputParameterKey\":\"y\"}}",
                "UnknownTask",
                "zz");
        refuses(
                one + "/inputs/parameters/n",
                "{\"taskOutputParameter\":{\"producerTask\":\"two\",\"outputParameterKey\":\"q\"}}",
                "UnknownOutput",
                "known: y");
        refuses(
                one + "/inputs/parameters/n",
                "{\"taskOutputParameter\":{\"producerTask\":\"two\",\"outputParameterKey\":\"y\"}}",
                "TypeMismatch",
                "gives STRING");
        refuses(one + "/inputs/parameters/n", "{\"componentInputParameter\":\"zz\"}", "UnknownInput", "zz");
        refuses(one + "/inputs/parameters/n", "{}", "Missing", "runtimeValue");
        refuses(one + "/dependentTasks", "[\"two\"]", "Cycle", "one, two");
        refuses(one + "/dependentTasks", "[\"one\"]", "Cycle", "one");
        refuses(one + "/triggerPolicy", "{\"condition\":\"exec()\"}", "BadExpression", "character 1");
        refuses(one + "/triggerPolicy", "{\"condition\":\"inputs.parameter_values['q'] == 1\"}", "UnknownInput", "q");
        refuses(one + "/triggerPolicy", "{\"strategy\":\"SOMETIMES\"}", "BadValue", "ALL_UPSTREAM_TASKS_COMPLETED");
        refuses(one + "/retryPolicy", "{\"maxRetryCount\":-1}", "BadValue", "0 to 1000");
        refuses(one + "/retryPolicy", "{\"backoffDuration\":\"soon\"}", "BadValue", "30s");
        refuses(
                one + "/parameterIterator",
                "{\"items\":{\"raw\":\"[1\"},\"itemInput\":\"n\"}",
                "BadValue",
                "JSON list");
        refuses(
                one + "/parameterIterator",
                "{\"items\":{\"raw\":\"[\\\"x\\\"]\"},\"itemInput\":\"n\"}",
                "TypeMismatch",
                "item 0");
        refuses(
                one + "/parameterIterator",
                "{\"items\":{\"inputParameter\":\"q\"},\"itemInput\":\"z\"}",
                "UnknownInput",
                "q");
        refuses(one + "/iteratorPolicy", "{\"parallelismLimit\":-2}", "BadValue", "0 or more");
        refuses(
                "/root/dag/outputs",
                "{\"parameters\":{\"o\":{\"valueFromParameter\":{\"producerSubtask\":\"one\",\"outputParameterKey\":\"y\"}}}}",
                "UnknownOutput",
                "declares no output");
        refuses(
                "/root/outputDefinitions",
                "{\"parameters\":{\"o\":{\"parameterType\":\"STRING\"}}}",
                "Missing",
                "nothing gives");
        refuses("/root/dag/tasks", "{}", "Missing", "at least one task");
        refuses("/deploymentSpec/executors/exec-a/container/image", "\"\"", "Missing", "image");
        refuses(
                "/deploymentSpec/executors/exec-a/container/env",
                "[{\"name\":\"A=B\",\"value\":\"x\"}]",
                "BadValue",
                "'='");
        refuses("/deploymentSpec/executors/exec-b", "{\"resolver\":{}}", "Unsupported", "cannot run here");
    }

    @Test
    void allMistakesAtOnce() {
        ObjectNode spec = good();
        spec.put("schemaVersion", "1");
        spec.put("extra", 1);
        ((ObjectNode) spec.at("/root/dag/tasks/one/inputs/parameters"))
                .putObject("n")
                .put("componentInputParameter", "nope");
        assertThat(violations(spec))
                .extracting(Violation::path)
                .contains("schemaVersion", "extra", "root.dag.tasks[one].inputs.parameters[n].componentInputParameter");
    }

    @Test
    void componentsThatUseThemselvesAreRefused() {
        ObjectNode spec = good();
        ((ObjectNode) spec.get("components"))
                .set("comp-b", Json.parse("{\"dag\":{\"tasks\":{\"t\":{\"componentRef\":{\"name\":\"comp-c\"}}}}}"));
        ((ObjectNode) spec.get("components"))
                .set("comp-c", Json.parse("{\"dag\":{\"tasks\":{\"t\":{\"componentRef\":{\"name\":\"comp-b\"}}}}}"));
        assertThat(violations(spec)).anySatisfy(v -> assertThat(v.message()).contains("comp-b → comp-c → comp-b"));
    }

    @Test
    void nestedComponentsMayNotMultiplyWithoutEnd() {
        ObjectNode spec = good();
        var components = (ObjectNode) spec.get("components");
        for (int i = 0; i < 12; i++) {
            ObjectNode tasks =
                    components.putObject("comp-n" + i).putObject("dag").putObject("tasks");
            for (int t = 0; t < 10; t++) {
                ObjectNode task = tasks.putObject("t" + t);
                task.putObject("componentRef").put("name", i == 11 ? "comp-a" : "comp-n" + (i + 1));
                if (i == 11) {
                    task.set("inputs", Json.parse("{\"parameters\":{\"n\":{\"runtimeValue\":{\"constant\":1}}}}"));
                }
            }
        }
        ((ObjectNode) spec.at("/root/dag/tasks"))
                .putObject("bomb")
                .putObject("componentRef")
                .put("name", "comp-n0");
        assertThat(violations(spec)).extracting(Violation::reason).containsExactly("TooMany");
    }

    @Test
    void depthAndSizeAreBounded() {
        ObjectNode deep = good();
        var components = (ObjectNode) deep.get("components");
        for (int i = 0; i < 150; i++) {
            components
                    .putObject("comp-n" + i)
                    .putObject("dag")
                    .putObject("tasks")
                    .putObject("t")
                    .putObject("componentRef")
                    .put("name", "comp-n" + (i + 1));
        }
        components.set("comp-n150", components.get("comp-a"));
        assertThat(violations(deep)).extracting(Violation::reason).contains("TooDeep");
        ObjectNode wide = good();
        var tasks = (ObjectNode) wide.at("/root/dag/tasks");
        for (int i = 0; i <= 100_000; i++) {
            tasks.putObject("t" + i);
        }
        assertThat(violations(wide)).extracting(Violation::reason).containsExactly("TooMany");
    }

    @Test
    void parametersAreCheckedTogether() {
        var pipeline = ((Read.Valid) PipelineReader.read(good(), null)).pipeline();
        assertThat(Parameters.check(pipeline, (ObjectNode) Json.parse("{\"k\":1}")))
                .isEmpty();
        assertThat(Parameters.check(pipeline, (ObjectNode) Json.parse("{\"k\":2.0,\"s\":null}")))
                .isEmpty();
        assertThat(Parameters.check(pipeline, (ObjectNode) Json.parse("{\"zz\":1,\"s\":3,\"l\":\"[1]\"}")))
                .extracting(Violation::reason)
                .containsExactlyInAnyOrder("UnknownInput", "TypeMismatch", "TypeMismatch", "Missing");
        assertThat(Parameters.check(pipeline, (ObjectNode) Json.parse("{\"k\":3}")))
                .extracting(Violation::reason)
                .containsExactly("BadValue");
        assertThat(Parameters.check(pipeline, (ObjectNode) Json.parse("{\"k\":1.5}")))
                .extracting(Violation::reason)
                .containsExactly("TypeMismatch");
        assertThat(Parameters.complete(pipeline, (ObjectNode) Json.parse("{\"k\":1.0}"))
                        .toString())
                .isEqualTo("{\"k\":1,\"s\":null,\"l\":[1]}");
    }

    @Test
    void whatIsNoObjectIsRefused() {
        for (String json : List.of("null", "[]", "\"text\"", "7")) {
            assertThat(violations(Json.parse(json))).as(json).isNotEmpty();
        }
    }

    /// Any damaged document gives violations, never an exception.
    @Test
    void damageNeverThrows() {
        for (String file : Corpus.files("valid").stream().limit(40).toList()) {
            JsonNode spec = Corpus.documents(file).getFirst();
            var random = new java.util.Random(file.hashCode());
            for (int i = 0; i < 20; i++) {
                ObjectNode damaged = spec.deepCopy();
                damage(damaged, random);
                PipelineReader.read(damaged, null);
            }
        }
    }

    private static void damage(ObjectNode node, java.util.Random random) {
        JsonNode at = node;
        while (at instanceof ObjectNode o && !o.isEmpty()) {
            var names = new java.util.ArrayList<String>();
            o.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            if (!(o.get(name) instanceof ObjectNode) || random.nextInt(8) == 0) {
                switch (random.nextInt(5)) {
                    case 0 -> o.remove(name);
                    case 1 -> o.put(name, 7);
                    case 2 -> o.putArray(name).add(true);
                    case 3 -> o.putNull(name);
                    default -> o.put(name, "{{$.inputs.parameters['x']}} [oops");
                }
                return;
            }
            at = o.get(name);
        }
    }
}
