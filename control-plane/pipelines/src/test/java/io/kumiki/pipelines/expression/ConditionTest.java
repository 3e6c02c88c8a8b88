package io.kumiki.pipelines.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
    private static final JsonNode VALUES = Json.parse(
            "{\"coin\":\"heads\",\"n\":5,\"d\":5.5,\"text\":\"7\",\"yes\":true,\"nothing\":null,\"list\":[1,2],\"quote\":\"it's\"}");

    private static boolean holds(String condition) {
        return Condition.compile(condition.replace("@", "inputs.parameter_values"))
                .holds(VALUES::get);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "@['coin'] == 'heads' ; true",
                "@[\"coin\"] == \"tails\" ; false",
                "@['coin'] != 'tails' ; true",
                "int(@['n']) < 6 ; true",
                "int(@['n']) >= 6 ; false",
                "int(@['text']) > 6 ; true",
                "double(@['d']) <= 5.5 ; true",
                "int(@['d']) == 5 ; true",
                "@['yes'] == true ; true",
                "@['yes'] ; true",
                "!(@['coin'] == 'heads') && int(@['n']) > 1 ; false",
                "!(@['coin'] == 'tails') && !(int(@['n']) == 4) ; true",
                "@['coin'] == 'tails' || @['n'] == 5.0 ; true",
                "(@['n'] > -1) && (1 < 2) ; true",
                "@['nothing'] == null ; true",
                "@['n'] == 'heads' ; false",
                "size(@['list']) == 2 ; true",
                "@['quote'] == 'it\\'s' ; true",
                "string(@['n']) == '5' ; true",
                "@['missing'] == 'x' && false ; false",
                "true || @['missing'] == 'x' ; true",
            })
    void decides(String condition, boolean expected) {
        assertThat(holds(condition)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@['missing'] == 'x'",
                "@['coin'] < 5",
                "int(@['coin']) == 1",
                "!@['coin']",
                "int(@['list']) == 1",
                "@['n'] && true"
            })
    void saysWhatItCannotDecide(String condition) {
        assertThatThrownBy(() -> holds(condition))
                .isInstanceOf(Unresolvable.class)
                .hasMessageContaining("cannot be decided");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@['a'",
                "@['a'] ==",
                "== 1",
                "exec('rm')",
                "@['a'] == 'x",
                "1 < 2 < 3 4",
                "a.b.c",
                "@[a] == 1",
                "(1 == 1"
            })
    void refusesWhatIsNoCondition(String condition) {
        assertThatThrownBy(() -> Condition.compile(condition.replace("@", "inputs.parameter_values")))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("expected");
    }

    @Test
    void nestsOnlySoDeep() {
        assertThatThrownBy(() -> Condition.compile("(".repeat(100_000))).isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> Condition.compile("!".repeat(60_000) + "true")).isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> Condition.compile("-".repeat(60_000) + "1")).isInstanceOf(Malformed.class);
    }

    @Test
    void hugeNumbersCostNothing() {
        JsonNode huge = Json.parse("{\"n\":1e999999999}");
        assertThatThrownBy(() -> Condition.compile("int(inputs.parameter_values['n']) == 1")
                        .holds(huge::get))
                .isInstanceOf(Unresolvable.class);
    }
}
