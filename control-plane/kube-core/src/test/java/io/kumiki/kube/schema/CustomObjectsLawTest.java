package io.kumiki.kube.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Laws of custom objects over generated schemas and objects: what was shaped once stays as it is, what was accepted is
/// accepted again, and an update that changes nothing is never refused. Replay: give the seed that is printed.
class CustomObjectsLawTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d");

    private final Random random = new Random();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shapingIsIdempotentAndAcceptedStaysAccepted(long seed) {
        int accepted = 0;
        for (int i = 0; i < 2_000; i++) {
            long own = seed * 1_000_003 + i;
            random.setSeed(own);
            ObjectNode json = object(3);
            Schema schema = CustomSchemas.read(json, false);
            ObjectNode given = value(json, 0) instanceof ObjectNode object ? object : Json.object();
            ObjectNode once = given.deepCopy();
            Decoding.decode(once, schema);
            ObjectNode twice = once.deepCopy();
            var again = Decoding.decode(twice, schema);
            assertThat(twice).as("seed %d: %s of %s", own, given, json).isEqualTo(once);
            assertThat(again.unknown()).as("seed %d", own).isEmpty();
            if (Validation.check(once, schema, null).isEmpty()) {
                accepted++;
                assertThat(Validation.check(twice, schema, null))
                        .as("seed %d", own)
                        .isEmpty();
            }
            assertThat(Validation.check(twice, schema, new Correlation(twice, once, schema)))
                    .as("seed %d: unchanged", own)
                    .isEmpty();
        }
        assertThat(accepted).isBetween(50, 1_990);
    }

    private ObjectNode schema(int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 4)) {
            case 0 -> limited(Json.object().put("type", "string"), "minLength", "maxLength");
            case 1 -> limited(Json.object().put("type", "integer"), "minimum", "maximum");
            case 2 -> Json.object().put("type", "boolean");
            case 3 -> Json.object().put("x-kubernetes-int-or-string", true);
            case 4, 5 -> object(depth - 1);
            case 6 -> {
                ObjectNode map = Json.object().put("type", "object");
                map.set("additionalProperties", schema(depth - 1));
                yield map;
            }
            default -> {
                ObjectNode list = Json.object().put("type", "array");
                list.set("items", schema(depth - 1));
                yield limited(list, "minItems", "maxItems");
            }
        };
    }

    private ObjectNode limited(ObjectNode schema, String low, String high) {
        if (random.nextInt(4) == 0) {
            schema.put(low, random.nextInt(2)).put(high, 1 + random.nextInt(3));
        }
        schema.put("nullable", random.nextInt(6) == 0);
        return schema;
    }

    private ObjectNode object(int depth) {
        ObjectNode schema = Json.object().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        List<String> required = new ArrayList<>();
        for (String name : NAMES.subList(0, 1 + random.nextInt(NAMES.size()))) {
            ObjectNode property = schema(depth);
            if (random.nextInt(4) == 0) {
                property.set("default", value(property, 1));
            }
            properties.set(name, property);
            if (random.nextInt(6) == 0) {
                required.add(name);
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", Json.mapper().valueToTree(required));
        }
        if (random.nextInt(8) == 0) {
            schema.put("x-kubernetes-preserve-unknown-fields", true);
        }
        return schema;
    }

    /// A value of a schema, sometimes a wrong one.
    ///
    /// @param tame whether it is to be a right one, as a default has to be
    private JsonNode value(JsonNode schema, int tame) {
        if (tame == 0 && random.nextInt(25) == 0) {
            return Json.parse(
                    List.of("null", "7", "\"x\"", "[]", "{\"z\":1}", "true").get(random.nextInt(6)));
        }
        return switch (schema.path("type").asText("integer")) {
            case "string" ->
                Json.parse("\"" + "x".repeat(schema.path("minLength").asInt(random.nextInt(3))) + "\"");
            case "boolean" -> Json.parse(random.nextBoolean() ? "true" : "false");
            case "array" -> {
                var list = Json.array();
                int size = schema.path("minItems").asInt(random.nextInt(3));
                for (int i = 0; i < size; i++) {
                    list.add(value(schema.path("items"), tame));
                }
                yield list;
            }
            case "object" -> {
                ObjectNode object = Json.object();
                schema.path("properties").properties().forEach(each -> {
                    if (tame == 1 || random.nextInt(4) > 0) {
                        object.set(each.getKey(), value(each.getValue(), tame));
                    }
                });
                if (schema.has("additionalProperties")) {
                    object.set("k", value(schema.path("additionalProperties"), tame));
                }
                if (tame == 0 && random.nextInt(5) == 0) {
                    object.put("unknown", 1);
                }
                yield object;
            }
            default -> Json.parse(String.valueOf(schema.path("minimum").asInt(random.nextInt(4))));
        };
    }
}
