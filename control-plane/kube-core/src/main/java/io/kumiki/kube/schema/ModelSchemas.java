package io.kumiki.kube.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Types of built-in kinds, read by reflection from the Kubernetes model classes. Each class is read once, when it
/// is first asked for.
public final class ModelSchemas {
    private static final String PACKAGE = "io.fabric8.kubernetes.api.model.";
    private static final Set<String> META = Set.of(
            "ObjectMeta",
            "OwnerReference",
            "ManagedFieldsEntry",
            "LabelSelector",
            "LabelSelectorRequirement",
            "ListMeta",
            "FieldsV1",
            "MicroTime");
    /// Text of a CustomResourceDefinition's schema is checked by its own reader.
    private static final Set<String> FREE = Set.of("FieldsV1", "CustomResourceSubresourceStatus");

    /// Fields that hold bytes, in base64.
    private static final Set<String> BYTES =
            Set.of("ConfigMap binaryData", "Secret data", "WebhookClientConfig caBundle");
    private static final Set<String> TIMES = Set.of("startedAt", "finishedAt", "timeAdded");

    private static final Map<Class<?>, Schema> READ = new HashMap<>();
    private static final Map<String, Schema> BY_NAME = new ConcurrentHashMap<>();

    private ModelSchemas() {}

    /// @param name a class below the model's root package, such as `Pod` or `coordination.v1.Lease`
    public static Schema of(String name) {
        Schema known = BY_NAME.get(name);
        return known != null ? known : named(name);
    }

    private static Schema named(String name) {
        try {
            Schema read = of(Class.forName(PACKAGE + name));
            BY_NAME.put(name, read);
            return read;
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("the model has no class " + name, e);
        }
    }

    private static synchronized Schema of(Class<?> type) {
        Schema known = READ.get(type);
        return known != null ? known : read(type);
    }

    private static Schema read(Class<?> type) {
        String simple = type.getSimpleName();
        Schema schema = new Schema(Schema.Type.OBJECT);
        schema.name = name(type);
        READ.put(type, schema);
        if (FREE.contains(simple)) {
            schema.preserveUnknown = true;
            schema.merge = Schema.Merge.ATOMIC;
            return schema;
        }
        for (Field field : type.getDeclaredFields()) {
            JsonProperty property = field.getAnnotation(JsonProperty.class);
            if (property != null) {
                schema.properties.put(property.value(), field(simple, property.value(), field.getGenericType()));
            }
        }
        if (ListRules.atomic(simple)) {
            schema.merge = Schema.Merge.ATOMIC;
        }
        // Several groups have a type of the same name.
        schema.required = ListRules.requiredOf(simple).stream()
                .filter(schema.properties::containsKey)
                .toList();
        Set<String> always = new HashSet<>(ListRules.alwaysOf(simple));
        if (schema.properties.containsKey("apiVersion") && schema.properties.containsKey("metadata")) {
            always.addAll(Schema.PARTS);
        }
        schema.always = always;
        schema.terse = true;
        return schema;
    }

    private static Schema field(String owner, String name, Type type) {
        Schema schema = type(type);
        if (schema.type == Schema.Type.STRING && schema.format.isEmpty()) {
            schema.format = BYTES.contains(owner + " " + name) ? "byte" : isTime(name) ? "date-time" : "";
        } else if (schema.additional != null && BYTES.contains(owner + " " + name)) {
            schema.additional.format = "byte";
        } else if (schema.additional != null && name.equals("disruptedPods")) {
            schema.additional.format = "date-time";
        }
        ListRules.Rule rule = ListRules.of(owner, name);
        if (rule != null) {
            schema.merge = rule.merge();
            schema.unique = false;
            schema.mergeKeys = rule.keys();
            schema.patchStrategy = rule.strategic() ? "merge" : "";
            schema.patchMergeKey = rule.patchKey();
        }
        return schema;
    }

    /// The model says of both that they are text.
    private static boolean isTime(String name) {
        return name.endsWith("Time") || name.endsWith("Timestamp") || name.equals("time") || TIMES.contains(name);
    }

    private static Schema type(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                Schema list = new Schema(Schema.Type.ARRAY);
                list.items = type(arguments[0]);
                return list;
            }
            if (generic.getRawType() == Map.class) {
                Schema map = new Schema(Schema.Type.OBJECT);
                map.additional = type(arguments[1]);
                return map;
            }
        }
        return type instanceof Class<?> plain ? plain(plain) : Schema.any();
    }

    private static Schema plain(Class<?> type) {
        if (type == String.class) {
            return new Schema(Schema.Type.STRING);
        }
        if (type == Boolean.class) {
            return new Schema(Schema.Type.BOOLEAN);
        }
        if (type == Integer.class || type == Long.class) {
            Schema number = new Schema(Schema.Type.INTEGER);
            number.format = type == Long.class ? "int64" : "int32";
            return number;
        }
        if (type == Double.class) {
            Schema number = new Schema(Schema.Type.NUMBER);
            number.format = "double";
            return number;
        }
        if (type == ZonedDateTime.class) {
            Schema time = new Schema(Schema.Type.STRING);
            time.format = "date-time";
            return time;
        }
        return switch (type.getSimpleName()) {
            case "IntOrString" ->
                named(Schema.Type.INT_OR_STRING, "io.k8s.apimachinery.pkg.util.intstr.IntOrString", "int-or-string");
            case "Quantity" ->
                named(Schema.Type.INT_OR_STRING, "io.k8s.apimachinery.pkg.api.resource.Quantity", "quantity");
            case "MicroTime" ->
                named(Schema.Type.STRING, "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", "date-time");
            // Each is one of two things, or whatever a value of the definition's own may be.
            case "JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray" -> Schema.any();
            default -> type.getName().startsWith(PACKAGE) ? of(type) : Schema.any();
        };
    }

    private static Schema named(Schema.Type type, String name, String format) {
        Schema schema = new Schema(type);
        schema.name = name;
        schema.format = format;
        return schema;
    }

    /// As the published documents call it.
    private static String name(Class<?> type) {
        String simple = type.getSimpleName();
        String rest = type.getPackageName().substring(PACKAGE.length() - 1);
        if (META.contains(simple)) {
            return "io.k8s.apimachinery.pkg.apis.meta.v1." + simple;
        }
        return switch (rest) {
            case "" -> "io.k8s.api.core.v1." + simple;
            case ".coordination.v1" -> "io.k8s.api.coordination.v1." + simple;
            case ".apps" -> "io.k8s.api.apps.v1." + simple;
            case ".discovery.v1" -> "io.k8s.api.discovery.v1." + simple;
            case ".rbac" -> "io.k8s.api.rbac.v1." + simple;
            case ".storage" -> "io.k8s.api.storage.v1." + simple;
            case ".apiextensions.v1" -> "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1." + simple;
            default -> "io.k8s.api" + rest + "." + simple;
        };
    }
}
