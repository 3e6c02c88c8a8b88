package io.kumiki.kube.select;

import io.kumiki.kube.ApiFault;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// `spec.nodeName=n1,status.phase!=Failed`: all terms must hold.
public record FieldSelector(List<Term> terms) {
    public static final FieldSelector ALL = new FieldSelector(List.of());

    public FieldSelector {
        terms = List.copyOf(terms);
    }

    /// @param negated the field must differ
    public record Term(String field, String value, boolean negated) {}

    public boolean isAll() {
        return terms.isEmpty();
    }

    /// The one value that the field must have, or `null` when any may match.
    public @Nullable String exact(String field) {
        for (Term term : terms) {
            if (term.field.equals(field) && !term.negated) {
                return term.value;
            }
        }
        return null;
    }

    public boolean matches(UnaryOperator<String> values) {
        for (Term term : terms) {
            if (values.apply(term.field).equals(term.value) == term.negated) {
                return false;
            }
        }
        return true;
    }

    public static FieldSelector parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return ALL;
        }
        List<Term> terms = new ArrayList<>();
        for (String part : split(text)) {
            if (part.isBlank()) {
                continue;
            }
            int at = part.indexOf('=');
            if (at <= 0) {
                throw ApiFault.badRequest("invalid selector: '" + text + "'; can't understand '" + part + "'");
            }
            boolean negated = part.charAt(at - 1) == '!';
            int from = !negated && at + 1 < part.length() && part.charAt(at + 1) == '=' ? at + 2 : at + 1;
            terms.add(new Term(
                    part.substring(0, negated ? at - 1 : at).strip(), unescape(part.substring(from)), negated));
        }
        return new FieldSelector(terms);
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == ',') {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static String unescape(String value) {
        return value.replaceAll("\\\\(.)", "$1");
    }
}
