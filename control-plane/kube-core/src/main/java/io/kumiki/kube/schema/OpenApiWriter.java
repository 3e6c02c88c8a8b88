package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes types as OpenAPI 3.0 schemas: named ones once under components, everything else in place.
public final class OpenApiWriter {
    private final ObjectNode components = Json.object();
    private final Deque<Schema> waiting = new ArrayDeque<>();

    public ObjectNode components() {
        return components;
    }

    /// Adds a kind's type under a name and everything it refers to.
    ///
    /// @param gvk group, version and kind, as clients look types up
    public void kind(String name, Schema schema, String description, ObjectNode gvk) {
        ObjectNode written = body(schema);
        if (!description.isEmpty()) {
            written.put("description", description);
        }
        written.putArray("x-kubernetes-group-version-kind").add(gvk);
        components.set(name, written);
        drain();
    }

    public void list(String name, String of, ObjectNode gvk) {
        ObjectNode written = Json.object();
        written.put("type", "object").put("description", "A list of objects.");
        written.putArray("required").add("items");
        ObjectNode properties = written.putObject("properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("kind").put("type", "string");
        properties.putObject("items").put("type", "array").putObject("items").put("$ref", "#/components/schemas/" + of);
        properties.set("metadata", reference(ModelSchemas.of("ListMeta"), ""));
        written.putArray("x-kubernetes-group-version-kind").add(gvk);
        components.set(name, written);
        drain();
    }

    private void drain() {
        while (!waiting.isEmpty()) {
            Schema next = waiting.remove();
            components.set(next.name, body(next));
        }
    }

    private ObjectNode of(Schema schema) {
        if (!schema.name.isEmpty()) {
            return reference(schema, schema.description);
        }
        return body(schema);
    }

    private ObjectNode reference(Schema schema, String description) {
        if (!components.has(schema.name)) {
            components.set(schema.name, Json.object());
            waiting.add(schema);
        }
        ObjectNode reference = Json.object();
        reference.putArray("allOf").addObject().put("$ref", "#/components/schemas/" + schema.name);
        if (!description.isEmpty()) {
            reference.put("description", description);
        }
        return reference;
    }

    private ObjectNode body(Schema schema) {
        ObjectNode out = Json.object();
        if (!schema.description.isEmpty()) {
            out.put("description", schema.description);
        }
        switch (schema.type) {
            case ANY -> {}
            case INT_OR_STRING -> {
                if (schema.name.isEmpty()) {
                    out.put("x-kubernetes-int-or-string", true);
                } else {
                    var one = out.putArray("oneOf");
                    one.addObject().put("type", "string");
                    one.addObject().put("type", schema.format.equals("quantity") ? "number" : "integer");
                }
            }
            default -> out.put("type", schema.type.name().toLowerCase(java.util.Locale.ROOT));
        }
        if (!schema.format.isEmpty() && !schema.format.equals("quantity")) {
            out.put("format", schema.format);
        }
        if (!schema.properties.isEmpty()) {
            ObjectNode properties = out.putObject("properties");
            for (Map.Entry<String, Schema> each : schema.properties.entrySet()) {
                properties.set(each.getKey(), member(each.getValue()));
            }
        }
        array(out, "required", schema.required);
        if (schema.items != null) {
            out.set("items", of(schema.items));
        }
        if (schema.additional != null) {
            out.set("additionalProperties", of(schema.additional));
        }
        extensions(out, schema);
        limits(out, schema.limits);
        junctors(out, schema);
        put(out, "default", schema.defaultValue);
        // A schema that says nothing is none to kubectl explain.
        return out.isEmpty() ? out.put("description", "Any value.") : out;
    }

    /// A list's rules stand at the field, whose type has no name.
    private ObjectNode member(Schema schema) {
        return of(schema);
    }

    private static void extensions(ObjectNode out, Schema schema) {
        if (schema.nullable) {
            out.put("nullable", true);
        }
        if (schema.preserveUnknown) {
            out.put("x-kubernetes-preserve-unknown-fields", true);
        }
        if (schema.embedded) {
            out.put("x-kubernetes-embedded-resource", true);
        }
        if (schema.type == Schema.Type.ARRAY
                && (schema.merge != Schema.Merge.ATOMIC || !schema.patchStrategy.isEmpty())) {
            out.put("x-kubernetes-list-type", schema.merge.name().toLowerCase(java.util.Locale.ROOT));
        }
        array(out, "x-kubernetes-list-map-keys", schema.mergeKeys);
        if (schema.type == Schema.Type.OBJECT && schema.merge == Schema.Merge.ATOMIC) {
            out.put("x-kubernetes-map-type", "atomic");
        }
        if (!schema.patchStrategy.isEmpty()) {
            out.put("x-kubernetes-patch-strategy", schema.patchStrategy);
        }
        if (!schema.patchMergeKey.isEmpty()) {
            out.put("x-kubernetes-patch-merge-key", schema.patchMergeKey);
        }
    }

    private static void limits(ObjectNode out, Limits limits) {
        if (limits == Limits.NONE) {
            return;
        }
        if (!limits.allowed().isEmpty()) {
            var allowed = out.putArray("enum");
            limits.allowed().forEach(allowed::add);
        }
        if (limits.pattern() != null) {
            out.put("pattern", limits.pattern());
        }
        number(out, "minimum", limits.minimum());
        number(out, "maximum", limits.maximum());
        number(out, "multipleOf", limits.multipleOf());
        flag(out, "exclusiveMinimum", limits.exclusiveMinimum());
        flag(out, "exclusiveMaximum", limits.exclusiveMaximum());
        size(out, "minLength", limits.minLength(), 0);
        size(out, "maxLength", limits.maxLength(), Long.MAX_VALUE);
        size(out, "minItems", limits.minItems(), 0);
        size(out, "maxItems", limits.maxItems(), Long.MAX_VALUE);
        size(out, "minProperties", limits.minProperties(), 0);
        size(out, "maxProperties", limits.maxProperties(), Long.MAX_VALUE);
    }

    private static void number(ObjectNode out, String name, @Nullable Double value) {
        if (value != null && value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            out.put(name, value.longValue());
        } else if (value != null) {
            out.put(name, value);
        }
    }

    private static void flag(ObjectNode out, String name, boolean value) {
        if (value) {
            out.put(name, true);
        }
    }

    private static void size(ObjectNode out, String name, long value, long unset) {
        if (value != unset) {
            out.put(name, value);
        }
    }

    private void junctors(ObjectNode out, Schema schema) {
        all(out, "allOf", schema.allOf);
        all(out, "anyOf", schema.anyOf);
        all(out, "oneOf", schema.oneOf);
        if (schema.not != null) {
            out.set("not", body(schema.not));
        }
        put(out, "x-kubernetes-validations", schema.rules);
    }

    private void all(ObjectNode out, String name, List<Schema> schemas) {
        if (!schemas.isEmpty()) {
            var array = out.putArray(name);
            schemas.forEach(each -> array.add(body(each)));
        }
    }

    private static void array(ObjectNode out, String field, List<String> words) {
        if (!words.isEmpty()) {
            var array = out.putArray(field);
            words.forEach(array::add);
        }
    }

    private static void put(ObjectNode out, String field, @Nullable JsonNode value) {
        if (value != null) {
            out.set(field, value);
        }
    }
}
