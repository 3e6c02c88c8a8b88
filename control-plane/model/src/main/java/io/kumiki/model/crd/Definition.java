package io.kumiki.model.crd;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.kumiki.model.Json;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The CustomResourceDefinition of a kind, read from its class: records `Spec` and `Status` inside it are the
/// schema. Same class, same tree.
public final class Definition {
    private static final Map<Type, String> SIMPLE = Map.of(
            String.class, "string",
            int.class, "integer",
            Integer.class, "integer",
            long.class, "integer",
            Long.class, "integer",
            double.class, "number",
            Double.class, "number",
            boolean.class, "boolean",
            Boolean.class, "boolean");

    private Definition() {}

    public static ObjectNode of(Class<? extends HasMetadata> kind) {
        String group = Objects.requireNonNull(kind.getAnnotation(Group.class)).value();
        String plural = HasMetadata.getPlural(kind);
        ObjectNode definition =
                Json.object().put("apiVersion", "apiextensions.k8s.io/v1").put("kind", "CustomResourceDefinition");
        definition.putObject("metadata").put("name", plural + "." + group);
        ObjectNode spec = definition.putObject("spec");
        spec.put("group", group);
        names(kind, plural, spec.putObject("names"));
        spec.put("scope", Namespaced.class.isAssignableFrom(kind) ? "Namespaced" : "Cluster");
        ObjectNode version = spec.putArray("versions").addObject();
        version.put("name", HasMetadata.getVersion(kind)).put("served", true).put("storage", true);
        ObjectNode schema = version.putObject("schema").putObject("openAPIV3Schema");
        schema.put("type", "object");
        schema.putArray("required").add("spec");
        ObjectNode properties = schema.putObject("properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("kind").put("type", "string");
        properties.putObject("metadata").put("type", "object");
        for (Class<?> part : kind.getDeclaredClasses()) {
            if (part.getSimpleName().equals("Spec")) {
                properties.set("spec", record(part));
            } else if (part.getSimpleName().equals("Status")) {
                properties.set("status", record(part));
                version.putObject("subresources").putObject("status");
            }
        }
        columns(kind, version);
        return definition;
    }

    private static void names(Class<? extends HasMetadata> kind, String plural, ObjectNode names) {
        String name = HasMetadata.getKind(kind);
        names.put("kind", name).put("listKind", name + "List");
        names.put("plural", plural).put("singular", name.toLowerCase(Locale.ROOT));
        ShortNames shorter = kind.getAnnotation(ShortNames.class);
        if (shorter != null) {
            ArrayNode list = names.putArray("shortNames");
            List.of(shorter.value()).forEach(list::add);
        }
    }

    private static void columns(Class<?> kind, ObjectNode version) {
        Column[] columns = kind.getAnnotationsByType(Column.class);
        if (columns.length > 0) {
            ArrayNode list = version.putArray("additionalPrinterColumns");
            for (Column column : columns) {
                ObjectNode one = list.addObject();
                one.put("name", column.value()).put("type", column.type()).put("jsonPath", column.path());
                if (column.priority() > 0) {
                    one.put("priority", column.priority());
                }
            }
        }
    }

    private static ObjectNode record(Class<?> type) {
        ObjectNode schema = Json.object().put("type", "object");
        ObjectNode properties = Json.object();
        ArrayNode required = Json.array();
        for (RecordComponent component : type.getRecordComponents()) {
            Field field = component.getAnnotation(Field.class);
            if (field == null) {
                throw new IllegalStateException(type.getName() + "." + component.getName() + " says nothing of itself");
            }
            ObjectNode property = value(component.getAnnotatedType(), component.getGenericType());
            property.put("description", field.value());
            limits(property, field);
            if (!field.otherwise().isEmpty()) {
                property.set("default", Json.parse(field.otherwise()));
            } else if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                required.add(component.getName());
            }
            properties.set(component.getName(), property);
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        schema.set("properties", properties);
        Rule[] rules = type.getAnnotationsByType(Rule.class);
        if (rules.length > 0) {
            ArrayNode list = schema.putArray("x-kubernetes-validations");
            for (Rule rule : rules) {
                list.addObject().put("rule", rule.value()).put("message", rule.message());
            }
        }
        return schema;
    }

    private static ObjectNode value(AnnotatedType annotated, Type type) {
        String simple = SIMPLE.get(type);
        if (simple != null) {
            return Json.object().put("type", simple);
        }
        if (annotated instanceof AnnotatedParameterizedType parameterized) {
            AnnotatedType[] arguments = parameterized.getAnnotatedActualTypeArguments();
            AnnotatedType last = arguments[arguments.length - 1];
            ObjectNode of = value(last, last.getType());
            return arguments.length == 1
                    ? Json.object().put("type", "array").set("items", of)
                    : Json.object().put("type", "object").set("additionalProperties", of);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isEnum()) {
            ObjectNode schema = Json.object().put("type", "string");
            ArrayNode values = schema.putArray("enum");
            List.of(plain.getEnumConstants()).forEach(constant -> values.add(constant.toString()));
            return schema;
        }
        return record(plain);
    }

    private static void limits(ObjectNode property, Field field) {
        String of = switch (property.path("type").asText()) {
            case "array" -> "Items";
            case "object" -> "Properties";
            case "string" -> "Length";
            default -> "imum";
        };
        if (field.min() != 0) {
            property.put("min" + of, field.min());
        }
        if (field.max() != 0) {
            property.put("max" + of, field.max());
        }
        if (!field.pattern().isEmpty()) {
            property.put("pattern", field.pattern());
        }
    }
}
