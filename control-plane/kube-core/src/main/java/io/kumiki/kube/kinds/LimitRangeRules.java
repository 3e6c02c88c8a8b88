package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.model.Violation;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What makes a LimitRange a good one: its amounts are in order.
final class LimitRangeRules implements KindRules {
    private static final List<String> AMOUNTS =
            List.of("min", "max", "default", "defaultRequest", "maxLimitRequestRatio");
    /// The left must not be more than the right.
    private static final String[][] ORDER = {
        {"min", "max"},
        {"min", "defaultRequest"},
        {"defaultRequest", "max"},
        {"defaultRequest", "default"},
        {"min", "default"},
        {"default", "max"}
    };

    @Override
    public void complete(ObjectNode range, @Nullable ObjectNode old) {
        for (JsonNode each : range.path("spec").path("limits")) {
            if (each instanceof ObjectNode item && item.path("type").asText().equals("Container")) {
                inherit(item, "max", "default");
                inherit(item, "default", "defaultRequest");
                inherit(item, "min", "defaultRequest");
            }
        }
    }

    private static void inherit(ObjectNode item, String from, String to) {
        for (var each : item.path(from).properties()) {
            if (!item.path(to).has(each.getKey())) {
                item.withObject("/" + to).set(each.getKey(), each.getValue());
            }
        }
    }

    @Override
    public void validate(ObjectNode range, @Nullable ObjectNode old, List<Violation> violations) {
        Set<String> types = new HashSet<>();
        int at = 0;
        for (JsonNode item : range.path("spec").path("limits")) {
            String path = "spec.limits[" + at++ + "]";
            String type = item.path("type").asText("");
            if (!types.add(type)) {
                violations.add(
                        new Violation(path + ".type", "FieldValueDuplicate", "Duplicate value: \"" + type + "\""));
            }
            if (!List.of("Pod", "Container", "PersistentVolumeClaim").contains(type) && !type.contains("/")) {
                violations.add(Names.invalid(path + ".type", type, "must be a standard limit type or fully qualified"));
            }
            shape(item, type, path, violations);
            order(item, path, violations);
        }
    }

    private static void shape(JsonNode item, String type, String path, List<Violation> violations) {
        if (type.equals("Pod")) {
            for (String field : List.of("default", "defaultRequest")) {
                if (!item.path(field).isEmpty()) {
                    violations.add(Names.forbidden(path + "." + field, "may not be specified when `type` is 'Pod'"));
                }
            }
        }
        if (type.equals("PersistentVolumeClaim")
                && !item.path("min").has("storage")
                && !item.path("max").has("storage")) {
            violations.add(Names.required(
                    path + ".limits", "either minimum or maximum storage value is required, but neither was provided"));
        }
    }

    private static void order(JsonNode item, String path, List<Violation> violations) {
        Set<String> resources = new TreeSet<>();
        AMOUNTS.forEach(field -> item.path(field).properties().forEach(each -> resources.add(each.getKey())));
        for (String resource : resources) {
            for (String[] pair : ORDER) {
                JsonNode less = item.path(pair[0]).path(resource);
                JsonNode more = item.path(pair[1]).path(resource);
                if (less.isValueNode() && more.isValueNode() && amount(less).compareTo(amount(more)) > 0) {
                    violations.add(Names.invalid(
                            path + "." + place(pair) + "[" + resource + "]",
                            less.asText(),
                            word(pair[0]) + " value " + less.asText() + " is greater than " + word(pair[1]) + " value "
                                    + more.asText()));
                }
            }
            JsonNode ratio = item.path("maxLimitRequestRatio").path(resource);
            if (ratio.isValueNode() && amount(ratio).compareTo(BigDecimal.ONE) < 0) {
                violations.add(Names.invalid(
                        path + ".maxLimitRequestRatio[" + resource + "]",
                        ratio.asText(),
                        "ratio " + ratio.asText() + " is less than 1"));
            }
        }
    }

    /// A default that breaks a bound is what is wrong, not the bound.
    private static String place(String[] pair) {
        return pair[1].startsWith("default") && pair[0].equals("min") ? pair[1] : pair[0];
    }

    private static String word(String field) {
        return field.equals("defaultRequest") ? "default request" : field;
    }

    private static BigDecimal amount(JsonNode quantity) {
        return Quantity.parse(quantity.asText());
    }
}
