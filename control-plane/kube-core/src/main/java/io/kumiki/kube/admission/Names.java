package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.schema.NameRules;
import io.kumiki.kube.select.LabelText;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Set;

/// What names, labels and annotations may look like.
public final class Names {
    private static final Set<String> SHORT = Set.of("namespaces");
    private static final Set<String> LETTER_FIRST = Set.of("services");
    private static final String ACCESS = "rbac.authorization.k8s.io";
    private static final int ANNOTATION_BYTES = 256 * 1024;

    private Names() {}

    /// @param given the name that the user gave, empty when it was made from the prefix
    static void check(Kind kind, String given, String prefix, String name, List<Violation> violations) {
        if (given.isEmpty()) {
            check(kind, "metadata.generateName", prefix.replaceAll("[-.]+$", ""), violations);
        }
        check(kind, "metadata.name", name, violations);
    }

    private static void check(Kind kind, String path, String name, List<Violation> violations) {
        if (kind.type().group().equals(ACCESS)) {
            segment(path, name, violations);
            return;
        }
        String wrong = LETTER_FIRST.contains(kind.storage())
                ? NameRules.dns1035(name)
                : SHORT.contains(kind.storage()) ? NameRules.dns1123Label(name) : NameRules.dns1123Subdomain(name);
        if (!wrong.isEmpty()) {
            violations.add(invalid(path, name, wrong));
        }
    }

    /// Roles may be called what they like, such as `system:node`, as long as it fits into a path.
    private static void segment(String path, String name, List<Violation> violations) {
        if (name.equals(".") || name.equals("..")) {
            violations.add(invalid(path, name, "may not be '" + name + "'"));
        }
        for (String character : List.of("/", "%")) {
            if (name.contains(character)) {
                violations.add(invalid(path, name, "may not contain '" + character + "'"));
            }
        }
    }

    public static boolean label(String name) {
        return name.length() <= 63 && LabelText.label(name);
    }

    public static boolean subdomain(String name) {
        return name.length() <= 253 && LabelText.subdomain(name);
    }

    /// @param path where the labels are in their document
    public static void labels(JsonNode labels, String path, List<Violation> violations) {
        for (var label : labels.properties()) {
            key(label.getKey(), path, violations);
            value(label.getValue(), path, violations);
        }
    }

    /// A label's key.
    public static void key(String key, String path, List<Violation> violations) {
        if (!LabelText.validKey(key)) {
            violations.add(invalid(path, key, NameRules.LABEL_KEY));
        }
    }

    /// A label's value.
    public static void value(JsonNode value, String path, List<Violation> violations) {
        String text = value.asText("");
        if ((!value.isTextual() && !value.isMissingNode()) || !LabelText.validValue(text)) {
            violations.add(invalid(path, text, NameRules.LABEL_VALUE));
        }
    }

    static void metadata(JsonNode object, List<Violation> violations) {
        JsonNode metadata = object.path("metadata");
        labels(metadata.path("labels"), "metadata.labels", violations);
        long size = 0;
        for (var annotation : metadata.path("annotations").properties()) {
            if (!LabelText.validKey(annotation.getKey().toLowerCase(java.util.Locale.ROOT))) {
                violations.add(invalid(
                        "metadata.annotations",
                        annotation.getKey(),
                        "name part must consist of alphanumeric characters, '-', '_' or '.'"));
            }
            size += annotation.getKey().length()
                    + (long) annotation.getValue().asText().length();
        }
        if (size > ANNOTATION_BYTES) {
            violations.add(new Violation(
                    "metadata.annotations", "FieldValueTooLong", "Too long: may not be more than 262144 bytes"));
        }
        owners(metadata.path("ownerReferences"), violations);
    }

    private static void owners(JsonNode references, List<Violation> violations) {
        int controllers = 0;
        for (JsonNode reference : references) {
            controllers += reference.path("controller").asBoolean() ? 1 : 0;
            for (String field : new String[] {"apiVersion", "kind", "name", "uid"}) {
                if (reference.path(field).asText("").isEmpty()) {
                    violations.add(invalid("metadata.ownerReferences." + field, "", "must not be empty"));
                }
            }
        }
        if (controllers > 1) {
            violations.add(invalid(
                    "metadata.ownerReferences",
                    controllers + " controllers",
                    "only one reference can be the controller"));
        }
    }

    public static Violation invalid(String path, String value, String why) {
        return new Violation(path, "FieldValueInvalid", "Invalid value: \"" + value + "\": " + why);
    }

    public static Violation required(String path, String why) {
        return new Violation(path, "FieldValueRequired", "Required value" + (why.isEmpty() ? "" : ": " + why));
    }

    public static Violation unsupported(String path, String value, List<String> supported) {
        return new Violation(
                path,
                "FieldValueNotSupported",
                "Unsupported value: \"" + value + "\": supported values: \"" + String.join("\", \"", supported) + "\"");
    }

    public static Violation forbidden(String path, String why) {
        return new Violation(path, "FieldValueForbidden", "Forbidden: " + why);
    }
}
