package io.kumiki.pipelines.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
    private static final ObjectNode PARAMETERS = (ObjectNode) Json.parse(
            "{\"s\":\"x\",\"i\":55.0,\"d\":0.1,\"big\":1e21,\"b\":true,\"l\":[1.0,\"a\"],\"o\":{\"k\":2.50},\"z\":null,"
                    + "\"evil\":\"{{$.inputs.parameters['s']}}\"}");

    private static final Scope SCOPE = new Scope() {
        @Override
        public JsonNode parameter(String name) {
            return PARAMETERS.get(name);
        }

        @Override
        public String variable(String word) {
            return word.equals("pipeline_job_name") ? "my run" : null;
        }

        @Override
        public ObjectNode everything() {
            return Json.object().put("all", 1);
        }

        @Override
        public JsonNode inputArtifacts(String name) {
            return name.equals("d") ? Json.parse("[{\"uri\":\"minio://b/k\",\"metadata\":{\"rows\":3.0}}]") : null;
        }

        @Override
        public String path(JsonNode artifact) {
            return artifact.path("uri").asText().replace("minio://", "/minio/");
        }

        @Override
        public String outputFile(String name) {
            return "/tmp/" + name;
        }
    };

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plain | plain",
                "{{$.inputs.parameters['s']}} | x",
                "a-{{$.inputs.parameters['s']}}-{{$.inputs.parameters['i']}} | a-x-55",
                "{{$.inputs.parameters['d']}} | 0.1",
                "{{$.inputs.parameters['big']}} | 1000000000000000000000",
                "{{$.inputs.parameters['b']}} | true",
                "{{$.inputs.parameters['l']}} | [1,\"a\"]",
                "[{{$.inputs.parameters['z']}}] | []",
                "[{{$.inputs.parameters['gone']}}] | []",
                "{{$}} | {\"all\":1}",
                "{{$.inputs.artifacts['d'].uri}} | minio://b/k",
                "{{$.inputs.artifacts['d'].path}} | /minio/b/k",
                "{{$.inputs.artifacts['d'].metadata['rows']}} | 3",
                "{{$.outputs.parameters['y'].output_file}} | /tmp/y",
                "{{$.pipeline_job_name}} | my run",
                "{{$.pipeline_unknown}} | {{$.pipeline_unknown}}",
                "{{ not.ours }} {{$ nor this | {{ not.ours }} {{$ nor this",
            })
    void fills(String template, String expected) {
        assertThat(Template.compile(template).fill(SCOPE)).isEqualTo(expected);
    }

    @Test
    void valuesAreNeverLookedAtAgain() {
        assertThat(Template.compile("<{{$.inputs.parameters['evil']}}>").fill(SCOPE))
                .isEqualTo("<{{$.inputs.parameters['s']}}>");
    }

    @Test
    void aPlaceholderThatIsTheWholeTextKeepsItsType() {
        JsonNode filled = Template.fill(
                Json.parse("[{\"n\":\"{{$.inputs.parameters['b']}}\",\"t\":\"v{{$.inputs.parameters['b']}}\"}]"),
                SCOPE);
        assertThat(Json.write(filled)).isEqualTo("[{\"n\":true,\"t\":\"vtrue\"}]");
    }

    @Test
    void argumentsMayBeConditionalAndJoined() {
        var arguments = List.of(
                Argument.compile(
                        "{\"IfPresent\": {\"InputName\": \"s\", \"Then\": [\"--s\", \"{{$.inputs.parameters['s']}}\"]}}"),
                Argument.compile("{\"IfPresent\": {\"InputName\": \"z\", \"Then\": [\"--z\"], \"Else\": \"no\"}}"),
                Argument.compile("{\"IfPresent\": {\"InputName\": \"gone\", \"Then\": \"--gone\"}}"),
                Argument.compile("{\"IfPresent\": {\"InputName\": \"d\", \"Then\": \"--d\"}}"),
                Argument.compile(
                        "{\"Concat\": [\"a\", \"{{$.inputs.parameters['i']}}\", {\"IfPresent\": {\"InputName\": \"s\", \"Then\": \"!\"}}]}"),
                Argument.compile("{\"other\": \"{{$.inputs.parameters['i']}}\"}"));
        assertThat(Argument.fill(arguments, SCOPE))
                .containsExactly("--s", "x", "no", "--d", "a55!", "{\"other\": \"55\"}");
    }

    @Test
    void selectorsPickParts() {
        assertThat(Selector.compile("parseJson(string_value)[\"a\"]")
                        .select(Json.parse("{\"a\":1.0}"))
                        .toString())
                .isEqualTo("1");
        assertThat(Selector.compile("parseJson(string_value)[\"a\"][\"b\"]")
                        .select(Json.mapper().valueToTree("{\"a\":{\"b\":\"c\"}}"))
                        .textValue())
                .isEqualTo("c");
        assertThatThrownBy(
                        () -> Selector.compile("parseJson(string_value)[\"x\"]").select(Json.parse("{\"a\":1}")))
                .isInstanceOf(Unresolvable.class);
        assertThatThrownBy(() -> Selector.compile("struct_value.fields")).isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> Selector.compile("parseJson(string_value)[\"" + "x".repeat(100_000) + "\"]"))
                .isInstanceOf(Malformed.class);
    }
}
