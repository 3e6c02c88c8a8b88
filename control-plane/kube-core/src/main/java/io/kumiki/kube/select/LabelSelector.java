package io.kumiki.kube.select;

import io.kumiki.kube.ApiFault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

        private int compare(String value) {
            try {
                return Long.compare(
                        Long.parseLong(value), Long.parseLong(values.iterator().next()));
            } catch (NumberFormatException e) {
                return 0;
            }
        }
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
