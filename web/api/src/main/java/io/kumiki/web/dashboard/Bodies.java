package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Violation;
import java.util.List;

/// Fields of a JSON body, mistakes collected.
final class Bodies {
    private Bodies() {}

    static String text(JsonNode body, String field, int longest, boolean required, List<Violation> violations) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            if (required) {
                violations.add(new Violation(field, "Missing", "a text is wanted"));
            }
            return "";
        }
        if (!value.isTextual()) {
            violations.add(new Violation(
                    field,
                    "WrongType",
                    "a text is wanted, found " + value.getNodeType().name().toLowerCase(java.util.Locale.ROOT)));
            return "";
        }
        String text = value.asText();
        if (required && text.isBlank()) {
            violations.add(new Violation(field, "Missing", "a text that is not empty is wanted"));
        }
        if (text.codePointCount(0, text.length()) > longest) {
            violations.add(new Violation(
                    field,
                    "TooLong",
                    "at most " + longest + " characters are wanted, found " + text.codePointCount(0, text.length())));
        }
        if (longest <= 253 && text.codePoints().anyMatch(Character::isISOControl)) {
            violations.add(new Violation(field, "ControlCharacter", "control characters are not allowed here"));
        }
        return text;
    }

    static void onlyFields(JsonNode body, List<String> known, List<Violation> violations) {
        body.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                violations.add(new Violation(name, "UnknownField", "this call knows " + String.join(", ", known)));
            }
        });
    }
}
