package io.kumiki.web.dashboard.list;

import io.kumiki.model.Violation;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Request;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Query parameters with every mistake collected; a parameter that nobody read is one too.
public final class Query {
    private final Map<String, String> given;
    private final Set<String> read = new TreeSet<>(Set.of("ticket"));
    private final List<Violation> violations = new ArrayList<>();

    public Query(Map<String, String> given) {
        this.given = given;
    }

    public static Query of(Request request) {
        Map<String, String> given = new LinkedHashMap<>();
        request.queryNames().forEach(name -> given.put(name, String.join(",", request.queries(name))));
        return new Query(given);
    }

    /// `state=FAILED&text=a%20b`, as it stands in a topic.
    public static Query parse(String text) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                given.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return new Query(given);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    public @Nullable String text(String name, int longest) {
        read.add(name);
        String value = given.get(name);
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (value.length() > longest) {
            wrong(name, "TooLong", "at most " + longest + " characters are wanted, found " + value.length());
            return null;
        }
        return value;
    }

    /// What somebody typed: full-width forms count as their plain ones.
    public @Nullable String typed(String name) {
        String value = text(name, 200);
        return value == null ? null : Normalizer.normalize(value, Normalizer.Form.NFKC);
    }

    public String oneOf(String name, List<String> allowed, String otherwise) {
        String value = text(name, 100);
        if (value != null && !allowed.contains(value)) {
            wrong(name, "UnknownValue", "one of " + String.join(", ", allowed) + " is wanted, found '" + value + "'");
            return otherwise;
        }
        return value == null ? otherwise : value;
    }

    public long number(String name, long least, long most, long otherwise) {
        String value = text(name, 20);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notOne) {
            // said below
        }
        wrong(
                name,
                "WrongNumber",
                "a whole number from " + least + " to " + most + " is wanted, found '" + value + "'");
        return otherwise;
    }

    public boolean flag(String name) {
        return oneOf(name, List.of("true", "false"), "false").equals("true");
    }

    public @Nullable Instant instant(String name) {
        String value = text(name, 50);
        try {
            return value == null ? null : Instant.parse(value);
        } catch (DateTimeParseException e) {
            wrong(name, "WrongTime", "an instant such as 2026-01-31T09:00:00Z is wanted, found '" + value + "'");
            return null;
        }
    }

    public void wrong(String name, String reason, String message) {
        violations.add(new Violation(name, reason, message));
    }

    /// Throws when anything was wrong.
    public void check() {
        for (String name : given.keySet()) {
            if (!read.contains(name)) {
                wrong(
                        name,
                        "UnknownParameter",
                        "this call takes " + (read.size() == 1 ? "no parameters" : String.join(", ", known())));
            }
        }
        if (!violations.isEmpty()) {
            throw HttpFault.invalid(violations);
        }
    }

    private Set<String> known() {
        Set<String> known = new TreeSet<>(read);
        known.remove("ticket");
        return known;
    }
}
