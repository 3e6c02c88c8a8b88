package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checks a custom object against its definition's schema: types, limits, formats and the junctors. Violations are
/// worded as the real server words them.
public final class Validation {
    /// A hostile object must not make an answer of any size.
    private static final int MOST = 100;
    /// Where a junctor's own violation stands: it has no field.
    private static final String NOWHERE = "<nil>";

    private final String prefix;

    private Validation(String prefix) {
        this.prefix = prefix;
    }

    /// What one check found, and how many of its parts held: of several alternatives, the one that came nearest is
    /// told.
    private static final class Found {
        final Set<Violation> violations = new LinkedHashSet<>();
        int held;

        void add(Violation violation) {
            if (violations.size() < MOST) {
                violations.add(violation);
            }
        }

        void merge(Found other) {
            other.violations.forEach(this::add);
            held += other.held;
        }

        boolean good() {
            return violations.isEmpty();
        }
    }

    /// @param correlation with the object before; `null` for a new one
    public static List<Violation> check(JsonNode object, Schema schema, @Nullable Correlation correlation) {
        return check(object, schema, correlation, "");
    }

    /// @param prefix the path of the value, in front of every violation's
    static List<Violation> check(JsonNode value, Schema schema, @Nullable Correlation correlation, String prefix) {
        Found found = new Validation(prefix).ratcheted(value, schema, "", correlation);
        return new ArrayList<>(found.violations);
    }

    private Found ratcheted(JsonNode value, Schema schema, String path, @Nullable Correlation correlation) {
        Found found = value(value, schema, path, correlation);
        if (!found.good() && correlation != null && correlation.same()) {
            found.violations.clear();
        }
        return found;
    }

    private Found value(JsonNode value, Schema schema, String path, @Nullable Correlation correlation) {
        Found found = new Found();
        if (value.isNull()) {
            if (schema.type != Schema.Type.ANY && !schema.nullable) {
                type(found, schema, path, "null");
            }
            allowed(found, value, schema, path);
            return found;
        }
        if (fits(value, schema)) {
            found.held++;
        } else {
            type(found, schema, path, kindOf(value));
        }
        found.merge(junctors(value, schema, path, correlation));
        if (value.isTextual()) {
            text(found, value.asText(), schema, path);
        } else if (value.isNumber()) {
            number(found, value, schema, path);
        } else if (value.isArray()) {
            array(found, value, schema, path, correlation);
        }
        allowed(found, value, schema, path);
        if (value instanceof ObjectNode object) {
            object(found, object, schema, path, correlation);
        }
        return found;
    }

    static boolean fits(JsonNode value, Schema schema) {
        return switch (schema.type) {
            case OBJECT -> value.isObject();
            case ARRAY -> value.isArray();
            case STRING -> value.isTextual();
            case BOOLEAN -> value.isBoolean();
            case INTEGER -> whole(value);
            case NUMBER -> value.isNumber();
            case INT_OR_STRING -> value.isTextual() || whole(value);
            case ANY -> true;
        };
    }

    static boolean whole(JsonNode value) {
        return value.isIntegralNumber() || value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue());
    }

    static String kindOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT, POJO -> "object";
            case ARRAY -> "array";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case NULL, MISSING -> "null";
            default -> "string";
        };
    }

    private void type(Found found, Schema schema, String path, String kind) {
        String wanted = schema.type == Schema.Type.INT_OR_STRING
                ? "integer,string"
                : schema.type.name().toLowerCase(Locale.ROOT);
        found.add(Faults.typeInvalid(
                at(path), kind, path + " in body must be of type " + wanted + ": " + Faults.quoted(kind)));
    }

    private String at(String path) {
        String own = path.startsWith(".") ? path.substring(1) : path;
        if (own.isEmpty()) {
            return prefix.isEmpty() ? NOWHERE : prefix;
        }
        return prefix.isEmpty() ? own : prefix + "." + own;
    }

    private Found junctors(JsonNode value, Schema schema, String path, @Nullable Correlation correlation) {
        Found found = new Found();
        if (!schema.anyOf.isEmpty()) {
            Alternatives any = alternatives(value, schema.anyOf, path, correlation);
            if (any.good == 0) {
                junctor(found, path, " must validate at least one schema (anyOf)");
            }
            found.merge(any.best);
        }
        if (!schema.oneOf.isEmpty()) {
            Alternatives one = alternatives(value, schema.oneOf, path, correlation);
            if (one.good != 1) {
                String how = one.good == 0 ? "Found none valid" : "Found " + one.good + " valid alternatives";
                junctor(found, path, " must validate one and only one schema (oneOf). " + how);
            }
            if (one.good < 2) {
                found.merge(one.best);
            }
        }
        int good = 0;
        for (Schema each : schema.allOf) {
            Found one = value(value, each, path, correlation);
            good += one.good() ? 1 : 0;
            found.merge(one);
        }
        if (good < schema.allOf.size()) {
            junctor(found, path, " must validate all the schemas (allOf)" + (good == 0 ? ". None validated" : ""));
        }
        Schema not = schema.not;
        if (not != null && value(value, not, path, correlation).good()) {
            junctor(found, path, " must not validate the schema (not)");
        }
        found.held++;
        return found;
    }

    private void junctor(Found found, String path, String why) {
        found.add(Faults.invalid(prefix.isEmpty() ? NOWHERE : prefix, "", Faults.quoted(path) + why));
    }

    /// @param best the first that held, else the one that came nearest
    private record Alternatives(int good, Found best) {}

    private Alternatives alternatives(
            JsonNode value, List<Schema> all, String path, @Nullable Correlation correlation) {
        int good = 0;
        Found best = null;
        for (Schema each : all) {
            Found one = value(value, each, path, correlation);
            if (one.good()) {
                best = good == 0 ? one : best;
                good++;
            } else if (good == 0 && (best == null || one.held > best.held)) {
                best = one;
            }
        }
        return new Alternatives(good, best == null ? new Found() : best);
    }

    private void allowed(Found found, JsonNode value, Schema schema, String path) {
        List<JsonNode> allowed = schema.limits.allowed();
        if (allowed.isEmpty()) {
            return;
        }
        if (!value.isNull() && allowed.stream().anyMatch(each -> equal(each, value))) {
            found.held++;
            return;
        }
        List<String> shown = allowed.stream()
                .map(each -> each.isTextual() ? each.asText() : each.toString())
                .toList();
        found.add(Faults.unsupported(at(path), value, shown));
    }

    private static boolean equal(JsonNode a, JsonNode b) {
        return a.isNumber() && b.isNumber() ? a.decimalValue().compareTo(b.decimalValue()) == 0 : a.equals(b);
    }

    private void text(Found found, String value, Schema schema, String path) {
        Limits limits = schema.limits;
        int before = found.violations.size();
        long length = value.codePointCount(0, value.length());
        if (length > limits.maxLength()) {
            found.add(Faults.tooLong(at(path), limits.maxLength()));
        }
        if (length < limits.minLength()) {
            wrong(found, Faults.quoted(value), path, "be at least " + limits.minLength() + " chars long");
        }
        String pattern = limits.pattern();
        if (pattern != null && !Patterns.find(pattern, value)) {
            wrong(found, Faults.quoted(value), path, "match '" + pattern + "'");
        }
        if (!schema.format.isEmpty() && !Formats.matches(schema.format, value)) {
            found.add(Faults.typeInvalid(
                    at(path), value, path + " in body must be of type " + schema.format + ": " + Faults.quoted(value)));
        }
        found.held += found.violations.size() == before ? 1 : 0;
    }

    private void number(Found found, JsonNode value, Schema schema, String path) {
        Limits limits = schema.limits;
        int before = found.violations.size();
        double number = value.doubleValue();
        Double low = limits.minimum();
        Double high = limits.maximum();
        Double step = limits.multipleOf();
        String shown = value.isIntegralNumber() ? value.asText() : Faults.plain(number);
        if (step != null && fractional(number, step)) {
            wrong(found, shown, path, "be a multiple of " + Faults.plain(step));
        }
        if (high != null && (number > high || limits.exclusiveMaximum() && number == high)) {
            String or = limits.exclusiveMaximum() ? "" : "or equal to ";
            wrong(found, shown, path, "be less than " + or + Faults.plain(high));
        }
        if (low != null && (number < low || limits.exclusiveMinimum() && number == low)) {
            String or = limits.exclusiveMinimum() ? "" : "or equal to ";
            wrong(found, shown, path, "be greater than " + or + Faults.plain(low));
        }
        found.held += found.violations.size() == before ? 1 : 0;
    }

    private static boolean fractional(double number, double step) {
        double times = step < 1 ? 1 / step * number : number / step;
        return Math.abs(times - Math.rint(times)) > 1e-9;
    }

    private void wrong(Found found, String shown, String path, String what) {
        found.add(new Violation(
                at(path), "FieldValueInvalid", "Invalid value: " + shown + ": " + path + " in body should " + what));
    }

    private void array(Found found, JsonNode array, Schema schema, String path, @Nullable Correlation correlation) {
        Schema items = schema.items;
        for (int i = 0; items != null && i < array.size(); i++) {
            Correlation item = correlation == null ? null : correlation.index(i);
            found.merge(ratcheted(array.get(i), items, path + "[" + i + "]", item));
        }
        Limits limits = schema.limits;
        if (array.size() < limits.minItems()) {
            wrong(found, "" + array.size(), path, "have at least " + limits.minItems() + " items");
        }
        if (array.size() > limits.maxItems()) {
            found.add(Faults.tooMany(at(path), array.size(), limits.maxItems()));
        }
        found.held++;
    }

    private void object(Found found, ObjectNode object, Schema schema, String path, @Nullable Correlation correlation) {
        Limits limits = schema.limits;
        if (object.size() < limits.minProperties()) {
            wrong(found, "" + object.size(), path, "have at least " + limits.minProperties() + " properties");
        }
        if (object.size() > limits.maxProperties()) {
            found.add(Faults.tooMany(at(path), object.size(), limits.maxProperties()));
        }
        for (Map.Entry<String, JsonNode> each : object.properties()) {
            // The type of metadata was checked when it was decoded; a definition may only narrow its names.
            Schema member = each.getKey().equals("metadata") && schema.metadata != null
                    ? schema.metadata
                    : schema.member(each.getKey());
            if (member != null && member.name.isEmpty()) {
                boolean known = schema.properties.containsKey(each.getKey());
                String below = path.isEmpty() && known ? each.getKey() : path + "." + each.getKey();
                Correlation old = correlation == null ? null : correlation.key(each.getKey());
                found.merge(ratcheted(each.getValue(), member, below, old));
            }
        }
        for (String name : schema.required) {
            if (!object.has(name)) {
                found.add(Faults.required(at(path + "." + name), ""));
            }
        }
    }
}
