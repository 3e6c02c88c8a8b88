package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.schema.Addresses;
import io.kumiki.kube.schema.Faults;
import io.kumiki.kube.schema.NameRules;
import io.kumiki.kube.schema.PortNames;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;

/// One place of a document, and the list that takes what is wrong there. Absent, null and empty text count as one.
///
/// @param path as messages spell it: `spec.ports[0].name`
public record Place(JsonNode value, String path, List<Violation> found) {
    private static final int PORTS = 65_535;

    Place at(String field) {
        return new Place(value.path(field), path.isEmpty() ? field : path + "." + field, found);
    }

    /// The same value, told of under another path.
    Place named(String other) {
        return new Place(value, other, found);
    }

    List<Place> items() {
        List<Place> items = new ArrayList<>();
        value.forEach(each -> items.add(new Place(each, path + "[" + items.size() + "]", found)));
        return items;
    }

    boolean given() {
        return !value.isMissingNode() && !value.isNull();
    }

    String text() {
        return value.isNull() ? "" : value.asText("");
    }

    boolean blank() {
        return text().isEmpty();
    }

    boolean is(String word) {
        return text().equals(word);
    }

    void required(String why) {
        found.add(Faults.required(path, why));
    }

    void invalid(String why) {
        found.add(value.isMissingNode() ? Faults.invalid(path, "", why) : Faults.invalid(path, value, why));
    }

    void forbidden(String why) {
        found.add(Faults.forbidden(path, why));
    }

    void duplicate() {
        found.add(Faults.duplicate(path, value));
    }

    /// An empty reason means that nothing is wrong.
    void unless(String wrong) {
        if (!wrong.isEmpty()) {
            invalid(wrong);
        }
    }

    /// Whether there is anything; it is told when not.
    boolean needed() {
        if (blank()) {
            required("");
        }
        return !blank();
    }

    /// Nothing, or one of these.
    void maybe(List<String> words) {
        if (!blank()) {
            oneOf(words);
        }
    }

    void oneOf(List<String> words) {
        if (!words.contains(text())) {
            found.add(Names.unsupported(path, text(), words));
        }
    }

    /// Nothing, or a whole number of this range.
    void between(long low, long high) {
        if (given() && (value.asLong() < low || value.asLong() > high)) {
            invalid("must be between " + low + " and " + high + ", inclusive");
        }
    }

    void atLeastZero() {
        if (value.asLong() < 0) {
            invalid("must be greater than or equal to 0");
        }
    }

    void subdomain() {
        unless(NameRules.dns1123Subdomain(text()));
    }

    void label() {
        unless(NameRules.dns1123Label(text()));
    }

    void labelKey() {
        Names.key(text(), path, found);
    }

    void labelValue() {
        Names.value(value, path, found);
    }

    void address() {
        if (Addresses.parse(text()) == null) {
            invalid("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }
    }

    /// A number of a port, or the name of one.
    void port() {
        if (value.isTextual()) {
            portName();
        } else {
            number();
        }
    }

    void number() {
        if (value.asInt() < 1 || value.asInt() > PORTS) {
            invalid("must be between 1 and 65535, inclusive");
        }
    }

    void portName() {
        PortNames.wrong(text()).forEach(this::invalid);
    }

    void absolute() {
        if (!text().startsWith("/")) {
            invalid("must be an absolute path");
        }
    }

    /// A path that leads nowhere upwards.
    void descending() {
        if (text().startsWith("/")) {
            invalid("must be a relative path");
        }
        forwards();
    }

    void forwards() {
        if (List.of(text().split("/")).contains("..")) {
            invalid("must not contain '..'");
        }
    }

    /// A selector by labels: its keys, values and operators.
    public void selector() {
        at("matchLabels").value.properties().forEach(label -> {
            Place labels = at("matchLabels");
            Names.key(label.getKey(), labels.path, found);
            Names.value(label.getValue(), labels.path, found);
        });
        for (Place expression : at("matchExpressions").items()) {
            boolean values = !expression.at("values").value.isEmpty();
            switch (expression.at("operator").text()) {
                case "In", "NotIn" -> {
                    if (!values) {
                        expression.at("values").required("must be specified when `operator` is 'In' or 'NotIn'");
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (values) {
                        expression
                                .at("values")
                                .forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    }
                }
                default -> expression.at("operator").invalid("not a valid selector operator");
            }
            expression.at("key").labelKey();
            expression.at("values").items().forEach(Place::labelValue);
        }
    }
}
