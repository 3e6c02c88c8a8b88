package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.runtime.yaml.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The OpenAPI file, and whether an answer fits it. Reads as much of JSON Schema as the file uses, and refuses
/// words it does not know;
/// fields that the contract does not name are misfits, too.
final class Contract {
    static final Contract INSTANCE = new Contract();

    private static final Set<String> KNOWN = Set.of(
            "type",
            "required",
            "properties",
            "additionalProperties",
            "items",
            "enum",
            "const",
            "oneOf",
            "allOf",
            "$ref",
            "description",
            "format",
            "default",
            "maxLength",
            "minLength",
            "minimum",
            "maximum",
            "maxItems",
            "minItems",
            "discriminator");

    final JsonNode document;

    private Contract() {
        try (InputStream in = Contract.class.getResourceAsStream("/openapi/v1.yaml")) {
            document = Yaml.documents(in.readAllBytes()).getFirst();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// `GET /runs/{runId}`, as in the file.
    Set<String> operations() {
        Set<String> all = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (!method.equals("parameters")) {
                        all.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                    }
                }));
        return all;
    }

    List<String> misfits(String method, String path, int status, JsonNode body) {
        List<String> out = new ArrayList<>();
        JsonNode operation =
                document.path("paths").path(template(path)).path(method.toLowerCase(java.util.Locale.ROOT));
        JsonNode response = operation.path("responses").path(String.valueOf(status));
        if (response.isMissingNode() && status >= 400) {
            response = operation.path("responses").path("default");
        }
        if (response.isMissingNode()) {
            return List.of("the contract has no answer " + status + " for " + method + " " + path);
        }
        JsonNode schema = resolved(response).path("content").elements().hasNext()
                ? resolved(response).path("content").elements().next().path("schema")
                : response;
        check(schema, body, "", out);
        return out;
    }

    List<String> misfits(String schemaName, JsonNode body) {
        List<String> out = new ArrayList<>();
        check(document.at("/components/schemas/" + schemaName), body, schemaName, out);
        return out;
    }

    private String template(String path) {
        String[] given = path.split("/");
        String best = "";
        for (String candidate : (Iterable<String>) () -> document.path("paths").fieldNames()) {
            String[] parts = candidate.split("/");
            boolean fits = parts.length == given.length;
            for (int i = 0; fits && i < parts.length; i++) {
                fits = parts[i].startsWith("{") || parts[i].equals(given[i]);
            }
            if (fits
                    && (best.isEmpty()
                            || best.length() > 0
                                    && best.chars().filter(c -> c == '{').count()
                                            > candidate
                                                    .chars()
                                                    .filter(c -> c == '{')
                                                    .count())) {
                best = candidate;
            }
        }
        return best;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? resolved(document.at(node.get("$ref").asText().substring(1))) : node;
    }

    private void check(JsonNode reference, JsonNode value, String at, List<String> out) {
        JsonNode schema = resolved(reference);
        schema.fieldNames().forEachRemaining(word -> {
            if (!KNOWN.contains(word)) {
                out.add(at + ": this check does not know the schema word " + word);
            }
        });
        if (schema.has("oneOf")) {
            alternatives(schema, value, at, out);
            return;
        }
        Set<String> named = new TreeSet<>();
        for (JsonNode part : schema.path("allOf")) {
            List<String> partly = new ArrayList<>();
            check(part, value, at, partly);
            partly.stream().filter(m -> !m.endsWith("is not in the contract")).forEach(out::add);
            resolved(part).path("properties").fieldNames().forEachRemaining(named::add);
        }
        type(schema, value, at, out);
        values(schema, value, at, out);
        if (value.isObject()) {
            object(schema, value, at, named, out);
        }
        for (int i = 0; value.isArray() && schema.has("items") && i < value.size(); i++) {
            check(schema.get("items"), value.get(i), at + "[" + i + "]", out);
        }
    }

    private void alternatives(JsonNode schema, JsonNode value, String at, List<String> out) {
        List<String> nearest = null;
        for (JsonNode option : schema.get("oneOf")) {
            List<String> misfits = new ArrayList<>();
            check(option, value, at, misfits);
            if (misfits.isEmpty()) {
                return;
            }
            nearest = nearest == null || misfits.size() < nearest.size() ? misfits : nearest;
        }
        out.addAll(nearest == null ? List.of() : nearest);
    }

    private static void type(JsonNode schema, JsonNode value, String at, List<String> out) {
        if (!schema.has("type")) {
            return;
        }
        List<String> types = new ArrayList<>();
        if (schema.get("type").isArray()) {
            schema.get("type").forEach(t -> types.add(t.asText()));
        } else {
            types.add(schema.get("type").asText());
        }
        String found = switch (value.getNodeType()) {
            case OBJECT -> "object";
            case ARRAY -> "array";
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            default -> "null";
        };
        if (!types.contains(found) && !(found.equals("integer") && types.contains("number"))) {
            out.add(at + " is " + found + " where " + types + " is wanted");
        }
    }

    private static void values(JsonNode schema, JsonNode value, String at, List<String> out) {
        if (schema.has("enum") && schema.get("enum").valueStream().noneMatch(value::equals)) {
            out.add(at + " is " + value + " which is none of " + schema.get("enum"));
        }
        if (schema.has("const") && !schema.get("const").equals(value)) {
            out.add(at + " is " + value + " instead of " + schema.get("const"));
        }
        if (schema.path("format").asText().equals("date-time") && value.isTextual()) {
            try {
                Instant.parse(value.asText());
            } catch (DateTimeParseException e) {
                out.add(at + " is no instant: " + value);
            }
        }
    }

    private void object(JsonNode schema, JsonNode value, String at, Set<String> named, List<String> out) {
        schema.path("required").forEach(name -> {
            if (!value.has(name.asText())) {
                out.add(at + "." + name.asText() + " is missing");
            }
        });
        JsonNode properties = schema.path("properties");
        JsonNode more = schema.path("additionalProperties");
        value.properties().forEach(field -> {
            if (properties.has(field.getKey())) {
                check(properties.get(field.getKey()), field.getValue(), at + "." + field.getKey(), out);
            } else if (more.isObject()) {
                check(more, field.getValue(), at + "." + field.getKey(), out);
            } else if (!more.asBoolean()
                    && !properties.isEmpty()
                    && !named.contains(field.getKey())
                    && !schema.has("allOf")) {
                out.add(at + "." + field.getKey() + " is not in the contract");
            }
        });
    }
}
