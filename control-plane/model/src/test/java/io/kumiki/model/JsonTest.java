package io.kumiki.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Trees are read and written without the mapper, but not otherwise than by it.
class JsonTest {
    private static final String[] NUMBERS = {
        "0",
        "-0",
        "-0.0",
        "7",
        "2147483647",
        "2147483648",
        "-2147483648",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "1.0",
        "1.10",
        "100",
        "1e3",
        "1E+3",
        "1.5e-7",
        "0.1",
        "123456789012345678901234567890.123456789",
        "1e400"
    };
    private static final String[] TEXTS = {
        "", "a", "\"", "\\", "/", "\u0000\u001f", "\n\t\b\f\r", "é", "組木", "😀", "\u2028", "<&>'", "a".repeat(5_000)
    };

    @Test
    void aTreeIsReadAsTheMapperReadsIt() throws JsonProcessingException {
        for (int seed = 0; seed < 400; seed++) {
            String text = value(new Random(seed), 0);
            JsonNode byMapper = Json.mapper().readTree(text);
            assertThat(Json.parse(text)).as("seed %d: %s", seed, text).isEqualTo(byMapper);
            assertThat(Json.parse(text.getBytes(StandardCharsets.UTF_8)))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(byMapper);
        }
    }

    @Test
    void aTreeIsWrittenAsTheMapperWritesIt() throws JsonProcessingException {
        for (int seed = 0; seed < 400; seed++) {
            JsonNode tree = Json.parse(value(new Random(seed), 0));
            assertThat(Json.write(tree))
                    .as("seed %d", seed)
                    .isEqualTo(Json.mapper().writeValueAsString(tree));
            assertThat(Json.bytes(tree))
                    .as("seed %d", seed)
                    .isEqualTo(Json.mapper().writeValueAsBytes(tree));
        }
    }

    @Test
    void valuesThatNoTextHoldsAreWrittenAsTheMapperWritesThem() throws JsonProcessingException {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        ArrayNode all = Json.array();
        all.add(nodes.numberNode((short) 3))
                .add(nodes.numberNode((byte) 4))
                .add(1.5f)
                .add(0.1d)
                .add(1e300);
        all.add(new BigDecimal("1E+30"))
                .add(new BigInteger("12345678901234567890"))
                .add(new byte[] {1, 2, -1});
        all.add(nodes.missingNode()).addNull();
        assertThat(Json.write(all)).isEqualTo(Json.mapper().writeValueAsString(all));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{", "[1,", "[1,]", "{\"a\"}", "{} {}", "1 2", "nul", "{a:1}", "'a'", "[1}", "]", "01", "NaN", "\"a"
            })
    void whatIsNoJsonIsRefusedByBoth(String text) {
        assertThatThrownBy(() -> Json.mapper().readTree(text)).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOf(Json.Malformed.class)
                .hasMessageContaining("at line 1, column");
        assertThat(Json.unambiguous(text.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @Test
    void nothingIsMissing() throws JsonProcessingException {
        assertThat(Json.parse("").isMissingNode()).isTrue();
        assertThat(Json.mapper().readTree(" ").isMissingNode()).isTrue();
        assertThat(Json.parse(" ").isMissingNode()).isTrue();
    }

    @Test
    void theLastMemberOfANameCountsAndSomeAskForOneOnly() throws JsonProcessingException {
        String twice = "{\"a\":1,\"b\":{\"c\":1},\"a\":{\"d\":[2]}}";
        assertThat(Json.write(Json.parse(twice)))
                .isEqualTo("{\"a\":{\"d\":[2]},\"b\":{\"c\":1}}")
                .isEqualTo(Json.mapper().readTree(twice).toString());
        assertThat(Json.unambiguous(twice.getBytes(StandardCharsets.UTF_8))).isNull();
        byte[] once = "{\"a\":1,\"b\":{\"a\":1}}".getBytes(StandardCharsets.UTF_8);
        assertThat(Json.unambiguous(once)).isEqualTo(Json.parse(once));
    }

    @Test
    void nestingAndNumbersAreBounded() {
        String deep = "[".repeat(200) + "]".repeat(200);
        assertThat(Json.write(Json.parse(deep))).isEqualTo(deep);
        assertThatThrownBy(() -> Json.parse("[" + deep + "]")).isInstanceOf(Json.Malformed.class);
        assertThatThrownBy(() -> Json.parse("1".repeat(401))).isInstanceOf(Json.Malformed.class);
    }

    /// @return a document of all sorts of values, the same for the same seed
    private static String value(Random random, int depth) {
        int kind = random.nextInt(depth > 4 ? 4 : 7);
        return switch (kind) {
            case 0 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 1 -> new String[] {"true", "false", "null"}[random.nextInt(3)];
            case 2, 3 -> text(random);
            case 4 -> {
                StringBuilder list = new StringBuilder("[");
                for (int i = random.nextInt(5); i > 0; i--) {
                    list.append(list.length() > 1 ? " , " : "").append(value(random, depth + 1));
                }
                yield list.append(']').toString();
            }
            default -> {
                StringBuilder object = new StringBuilder("{");
                for (int i = random.nextInt(6); i > 0; i--) {
                    object.append(object.length() > 1 ? "," : "").append(text(random));
                    object.append(": ").append(value(random, depth + 1));
                }
                yield object.append("}").toString();
            }
        };
    }

    private static String text(Random random) {
        ObjectNode holder = Json.object();
        return holder.textNode(TEXTS[random.nextInt(TEXTS.length)]).toString();
    }
}
