package io.kumiki.runtime.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.model.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlTest {
    @Test
    void keepsOrderAndDocuments() {
        var docs = Yaml.documents("b: 1\na:\n- x\n- {c: null}\n---\nsecond: true\n");
        assertThat(docs).hasSize(2);
        assertThat(Json.write(docs.get(0))).isEqualTo("{\"b\":1,\"a\":[\"x\",{\"c\":null}]}");
        assertThat(Yaml.documents("{\"json\": [1.50, \"a\\nb\"]}").getFirst())
                .hasToString("{\"json\":[1.50,\"a\\nb\"]}");
        assertThat(Yaml.documents("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1|1",
                "1.0|1.0",
                "1e3|1E+3",
                "1.0e+3|1.0E+3",
                "0x1F|31",
                "010|8",
                "0o17|'\"0o17\"'",
                "-5|-5",
                "1_000|1000",
                "123456789012345678901|123456789012345678901",
                "2024-01-02|'\"2024-01-02\"'",
                "yes|'\"yes\"'",
                "True|true",
                "~|null",
                "''|null",
                "12:30:45|'\"12:30:45\"'",
                "'''7'''|'\"7\"'",
                "2.1.0|'\"2.1.0\"'",
                ".5|0.5"
            })
    void scalars(String yaml, String json) {
        String text = "k: " + (yaml == null ? "" : yaml);
        assertThat(Json.write(Yaml.document(text).get("k"))).isEqualTo(json);
    }

    @Test
    void aliasesAreWrittenOut() {
        assertThat(Yaml.document("a: &x {n: 1}\nb: *x").toString()).isEqualTo("{\"a\":{\"n\":1},\"b\":{\"n\":1}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'a: 1\na: 2'|line 2, column 1: the key \"a\" stands twice",
                "'a: [1'|not valid YAML at line",
                "'a: !!java.net.URL [x]'|",
                "'a: !!python/object:os.system x'|tag is not allowed",
                "'? [a]\n: b'|a key must be plain text",
                "'<<: {a: 1}'|merge keys",
            })
    void refusals(String yaml, String message) {
        assertThatThrownBy(() -> Yaml.document(yaml))
                .isInstanceOf(Yaml.Malformed.class)
                .hasMessageContaining(message == null ? "" : message);
    }

    @Test
    void bombsEndInARefusal() {
        StringBuilder laughs = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++) {
            laughs.append("a" + i + ": &a" + i + " ["
                    + ("*a" + (i - 1) + ",").repeat(10).replaceAll(",$", "") + "]\n");
        }
        assertThatThrownBy(() -> Yaml.document(laughs.toString())).isInstanceOf(Yaml.Malformed.class);
        // few aliases, each doubling: only the total stops it
        StringBuilder doubling = new StringBuilder("a0: &a0 [x,x]\n");
        for (int i = 1; i < 24; i++) {
            doubling.append("a" + i + ": &a" + i + " [*a" + (i - 1) + ",*a" + (i - 1) + "]\n");
        }
        assertThatThrownBy(() -> Yaml.document(doubling.toString())).hasMessageContaining("aliases");
        assertThatThrownBy(() -> Yaml.document("[".repeat(10_000))).isInstanceOf(Yaml.Malformed.class);
        assertThatThrownBy(() -> Yaml.document("{a: ".repeat(10_000))).isInstanceOf(Yaml.Malformed.class);
        assertThatThrownBy(() -> Yaml.documents("x".repeat(50), new Yaml.Limits(40, 5, 5)))
                .hasMessageContaining("at most 40");
        assertThatThrownBy(() -> Yaml.document("a: &a [*a]")).isInstanceOf(Yaml.Malformed.class);
    }

    @Test
    void whatIsWrittenReadsBackTheSame() {
        String json =
                "{\"a\":\"x: y\",\"true\":\"true\",\"n\":[1,-2,1.5,1E+3,0.1,123456789012345678901],\"s\":[\"1\",\"null\",\"~\",\"\",\" lead\",\"trail \",\"2024-01-02\","
                        + "\"12:30\",\"- x\",\"#c\",\"a\\nb\\n\",\"a\\n  b\",\"\\n\\nx\",\"tab\\there\",\"\\u0007\",\"組木\",\"{}\",\"*a\",\"<<\",\"yes\",\"0o7\",\"'q'\",\"line \\nspace\"],"
                        + "\"e\":{},\"l\":[],\"z\":null,\"deep\":[[{\"k\":[{}]}]],\"b\":false}";
        var tree = Json.parse(json);
        String text = Yaml.write(tree);
        assertThat(Json.write(Yaml.document(text).path("s"))).as(text).isEqualTo(Json.write(tree.path("s")));
        assertThat(Yaml.document(text).toString().replace("1.0E+3", "1E+3"))
                .as(text)
                .isEqualTo(tree.toString());
        assertThat(text).contains("- |\n");
    }
}
