package io.kumiki.kube.select;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `app=web,tier in (a, b),!legacy`: all requirements must hold.
public record LabelSelector(List<Requirement> requirements) {
    public static final LabelSelector ALL = new LabelSelector(List.of());

    public LabelSelector {
        requirements = List.copyOf(requirements);
    }

    enum Operator {
        IN,
        NOT_IN,
        EXISTS,
        ABSENT,
        GREATER,
        LESS
    }

    record Requirement(String key, Operator operator, Set<String> values) {
        boolean holds(@Nullable String value) {
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case ABSENT -> value == null;
                case GREATER -> value != null && compare(value) > 0;
                case LESS -> value != null && compare(value) < 0;
            };
        }

        String text() {
            String all = values.stream().sorted().collect(Collectors.joining(","));
            return switch (operator) {
                case IN -> values.size() == 1 ? key + "=" + all : key + " in (" + all + ")";
                case NOT_IN -> values.size() == 1 ? key + "!=" + all : key + " notin (" + all + ")";
                case EXISTS -> key;
                case ABSENT -> "!" + key;
                case GREATER -> key + ">" + all;
                case LESS -> key + "<" + all;
            };
        }

        private int compare(String value) {
            try {
                return values.size() != 1
                        ? 0
                        : Long.compare(
                                Long.parseLong(value),
                                Long.parseLong(values.iterator().next()));
            } catch (NumberFormatException e) {
                return 0;
            }
        }
    }

    private static final LabelSelector NOTHING = new LabelSelector(List.of(new Requirement("", Operator.IN, Set.of())));

    /// From a `LabelSelector` document: an empty one selects everything, a missing one nothing. Older kinds have plain
    /// labels there, whose values are texts.
    public static LabelSelector of(JsonNode selector) {
        if (!selector.isObject()) {
            return NOTHING;
        }
        if (!selector.isEmpty() && selector.iterator().next().isTextual()) {
            return ofLabels(selector);
        }
        List<Requirement> found = new ArrayList<>();
        selector.path("matchLabels")
                .properties()
                .forEach(label -> found.add(new Requirement(
                        label.getKey(), Operator.IN, Set.of(label.getValue().asText()))));
        for (JsonNode expression : selector.path("matchExpressions")) {
            Set<String> values = new HashSet<>();
            expression.path("values").forEach(value -> values.add(value.asText()));
            Operator operator = switch (expression.path("operator").asText()) {
                case "In" -> Operator.IN;
                case "NotIn" -> Operator.NOT_IN;
                case "Exists" -> Operator.EXISTS;
                case "DoesNotExist" -> Operator.ABSENT;
                default -> null;
            };
            if (operator == null) {
                return NOTHING;
            }
            found.add(new Requirement(expression.path("key").asText(), operator, values));
        }
        return new LabelSelector(found);
    }

    /// Of plain labels, as a Service or a node selector writes them.
    public static LabelSelector ofLabels(JsonNode labels) {
        ObjectNode selector = Json.object();
        selector.set("matchLabels", labels);
        return of(selector);
    }

    /// The text form, its requirements in the order of their keys; empty for everything and for nothing.
    public String text() {
        if (equals(NOTHING)) {
            return "";
        }
        return requirements.stream()
                .sorted(Comparator.comparing(Requirement::key))
                .map(Requirement::text)
                .collect(Collectors.joining(","));
    }

    public boolean isAll() {
        return requirements.isEmpty();
    }

    /// Finds the value of a label.
    @FunctionalInterface
    public interface Labels {
        @Nullable
        String value(String key);
    }

    public boolean matches(Labels labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.holds(labels.value(requirement.key))) {
                return false;
            }
        }
        return true;
    }

    /// A list of `key`, `operator`, `values`, as label selectors and node selector terms have it. An unknown operator
    /// matches nothing.
    public static LabelSelector expressions(JsonNode list) {
        List<Requirement> all = new ArrayList<>();
        for (JsonNode each : list) {
            Set<String> values = new HashSet<>();
            each.path("values").forEach(value -> values.add(value.asText()));
            Operator operator = switch (each.path("operator").asText()) {
                case "NotIn" -> Operator.NOT_IN;
                case "Exists" -> Operator.EXISTS;
                case "DoesNotExist" -> Operator.ABSENT;
                case "Gt" -> Operator.GREATER;
                case "Lt" -> Operator.LESS;
                default -> Operator.IN;
            };
            boolean known =
                    operator != Operator.IN || each.path("operator").asText().equals("In");
            all.add(new Requirement(each.path("key").asText(), operator, known ? Set.copyOf(values) : Set.of()));
        }
        return new LabelSelector(all);
    }

    /// Both must hold.
    public LabelSelector and(LabelSelector other) {
        List<Requirement> all = new ArrayList<>(requirements);
        all.addAll(other.requirements);
        return new LabelSelector(all);
    }

    public static LabelSelector parse(@Nullable String text) {
        return text == null || text.isBlank() ? ALL : new LabelSelector(new Parser(text).all());
    }

    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        List<Requirement> all() {
            List<Requirement> found = new ArrayList<>();
            do {
                found.add(one());
                spaces();
            } while (take(','));
            if (at < text.length()) {
                throw wrong("found '" + text.charAt(at) + "', expected: ',' or the end");
            }
            return found;
        }

        private Requirement one() {
            spaces();
            if (take('!')) {
                return new Requirement(word(true), Operator.ABSENT, Set.of());
            }
            String key = word(true);
            spaces();
            if (at >= text.length() || text.charAt(at) == ',') {
                return new Requirement(key, Operator.EXISTS, Set.of());
            }
            if (take('!')) {
                expect('=');
                return new Requirement(key, Operator.NOT_IN, Set.of(value()));
            }
            if (take('=')) {
                take('=');
                return new Requirement(key, Operator.IN, Set.of(value()));
            }
            if (take('>')) {
                return new Requirement(key, Operator.GREATER, Set.of(value()));
            }
            if (take('<')) {
                return new Requirement(key, Operator.LESS, Set.of(value()));
            }
            String operator = word(false);
            return switch (operator) {
                case "in" -> new Requirement(key, Operator.IN, values());
                case "notin" -> new Requirement(key, Operator.NOT_IN, values());
                default -> throw wrong("found '" + operator + "', expected: =, !=, ==, in, notin");
            };
        }

        private Set<String> values() {
            spaces();
            expect('(');
            Set<String> found = new HashSet<>();
            do {
                found.add(value());
            } while (take(','));
            expect(')');
            return found;
        }

        private String value() {
            spaces();
            String value = word(false);
            spaces();
            return value;
        }

        private String word(boolean required) {
            int start = at;
            while (at < text.length() && "=!,()<> \t".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            if (required && start == at) {
                throw wrong("a label's key is wanted at character " + (at + 1));
            }
            String word = text.substring(start, at);
            if (required && !LabelText.validKey(word)) {
                throw wrong("\"" + word + "\" is no label key");
            }
            if (!required && !LabelText.validValue(word)) {
                throw wrong("\"" + word + "\" is no label value");
            }
            return word;
        }

        private void spaces() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private boolean take(char c) {
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        private void expect(char c) {
            if (!take(c)) {
                throw wrong("'" + c + "' is wanted at character " + (at + 1));
            }
        }

        private ApiFault wrong(String why) {
            return ApiFault.badRequest("unable to parse label selector \"" + text + "\": " + why);
        }
    }
}
