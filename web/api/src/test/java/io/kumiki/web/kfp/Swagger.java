package io.kumiki.web.kfp;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// KFP's published definition of v2beta1, when it lies beside the checkout.
record Swagger(JsonNode tree) {
    private static final Optional<Swagger> PUBLISHED = Corpus.folder()
            .map(kfp -> kfp.resolve("../openapi/kfp-v2beta1/kfp_api_single_file.swagger.json")
                    .normalize())
            .map(file -> new Swagger(Json.parse(Corpus.read(file))));

    static Optional<Swagger> published() {
        return PUBLISHED;
    }

    /// `GET /apis/v2beta1/runs/{}`, parameter names left out.
    Set<String> operations() {
        var all = new TreeSet<String>();
        for (var path : tree.path("paths").properties()) {
            path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                            method -> all.add(method.toUpperCase(java.util.Locale.ROOT) + " " + shape(path.getKey())));
        }
        return all;
    }

    static String shape(String template) {
        return template.replaceAll("\\{[^}]*}", "{}");
    }

    Set<String> fields(String definition) {
        var names = new TreeSet<String>();
        tree.path("definitions")
                .path(definition)
                .path("properties")
                .fieldNames()
                .forEachRemaining(names::add);
        return names;
    }

    /// What in an answer is not as published.
    List<String> misfits(String method, String rawPath, JsonNode answer) {
        var out = new ArrayList<String>();
        JsonNode schema = schema(method, rawPath);
        if (schema != null) {
            check(schema, answer, "", out);
        }
        return out;
    }

    private @Nullable JsonNode schema(String method, String rawPath) {
        JsonNode best = null;
        long literals = -1;
        for (var path : tree.path("paths").properties()) {
            JsonNode operation = path.getValue().path(method.toLowerCase(java.util.Locale.ROOT));
            String pattern = path.getKey().replaceAll("\\{[^}]*}", "[^/:]+");
            long plain = path.getKey().chars().filter(c -> c != '{').count();
            if (!operation.isMissingNode()
                    && rawPath.matches(pattern)
                    && (plain > literals || !path.getKey().contains("{"))) {
                literals = path.getKey().contains("{") ? plain : Long.MAX_VALUE;
                best = operation.at("/responses/200/schema");
            }
        }
        return best;
    }

    private void check(JsonNode schema, JsonNode value, String at, List<String> out) {
        if (schema.has("$ref")) {
            String ref = schema.path("$ref").asText();
            check(tree.at(ref.substring(1)), value, at, out);
            return;
        }
        switch (schema.path("type").asText()) {
            case "string" -> text(schema, value, at, out);
            case "integer" -> expect(value.isInt(), at, "an int32", value, out);
            case "boolean" -> expect(value.isBoolean(), at, "a boolean", value, out);
            case "array" -> {
                expect(value.isArray() && !value.isEmpty(), at, "a list that is not empty", value, out);
                for (int i = 0; i < value.size(); i++) {
                    check(schema.path("items"), value.get(i), at + "[" + i + "]", out);
                }
            }
            default -> object(schema, value, at, out);
        }
    }

    private static void text(JsonNode schema, JsonNode value, String at, List<String> out) {
        expect(value.isTextual() && !value.asText().isEmpty(), at, "a string that is not empty", value, out);
        if (schema.has("enum")) {
            expect(
                    schema.path("enum").valueStream().anyMatch(value::equals),
                    at,
                    "one of " + schema.path("enum"),
                    value,
                    out);
        }
        if (schema.path("format").asText().equals("date-time")) {
            expect(value.asText().endsWith("Z"), at, "a time in UTC", value, out);
        }
        if (schema.path("format").asText().equals("int64")) {
            expect(value.asText().matches("-?\\d+"), at, "an int64", value, out);
        }
    }

    private void object(JsonNode schema, JsonNode value, String at, List<String> out) {
        boolean closed = schema.has("properties") && !schema.path("properties").isEmpty();
        if (!closed && !schema.has("additionalProperties")) {
            return; // a Struct or a Value: anything
        }
        expect(value.isObject(), at, "an object", value, out);
        for (var field : value.properties()) {
            String name = at + "." + field.getKey();
            JsonNode of = schema.path("properties").path(field.getKey());
            if (!of.isMissingNode()) {
                check(of, field.getValue(), name, out);
            } else if (schema.has("additionalProperties")) {
                if (field.getValue().isTextual() && field.getValue().asText().isEmpty()) {
                    continue; // a map keeps its empty values
                }
                check(schema.path("additionalProperties"), field.getValue(), name, out);
            } else if (closed) {
                out.add(name + " is not published");
            }
        }
    }

    private static void expect(boolean holds, String at, String wanted, JsonNode found, List<String> out) {
        if (!holds) {
            out.add(at + ": wanted " + wanted + ", found " + found);
        }
    }
}
