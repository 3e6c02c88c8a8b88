package io.kumiki.agent.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"a\":[1,2.50,-0.001,{\"b\":null}],\"c\":\"\\\"\\\\\\n\\u0001日本𝄞\",\"t\":true,\"f\":false}",
                "\"\\ud800\""
            })
    void writesWhatItRead(String text) {
        assertThat(JsonText.write(JsonText.parse(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{\"a\"}",
                "\"\n\"",
                "01x",
                "nul",
                "[1] 2",
                "\"\\x\"",
                "\"\\u12\"",
                "1e999999999",
                "-",
                "+-+-"
            })
    void refusesWhatIsNotJson(String text) {
        assertThatThrownBy(() -> JsonText.parse(text)).isInstanceOf(JsonText.Malformed.class);
    }

    @Test
    void nestingIsBounded() {
        assertThatThrownBy(() -> JsonText.parse("[".repeat(100_000))).hasMessageContaining("nested deeper");
    }

    @Test
    void pythonsNotANumberIsRead() {
        assertThat(JsonText.write(JsonText.parse("[NaN,Infinity,-Infinity]")))
                .isEqualTo("[\"NaN\",\"Infinity\",\"-Infinity\"]");
    }
}
