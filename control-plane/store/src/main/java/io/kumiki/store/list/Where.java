package io.kumiki.store.list;

import io.kumiki.model.Violation;
import io.kumiki.store.list.Keys.Key;
import io.kumiki.store.list.Predicate.Operation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Predicates as SQL text and values, every mistake collected.
final class Where {
    private static final long SECOND = 1_000_000;
    private static final int LARGEST_IN = 500;
    private static final int LONGEST_TEXT = 10_000;

    private final Keys keys;
    private final List<String> terms = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();
    private final List<Violation> violations = new ArrayList<>();
    private final List<String> columns = new ArrayList<>();
    private boolean only;
    private boolean spreads;
    private boolean ordered;

    Where(Keys keys, ListQuery query) {
        this.keys = keys;
        query.scope().forEach((key, value) -> add("scope", Predicate.equal(key, value)));
        for (int i = 0; i < query.predicates().size(); i++) {
            add("predicates[" + i + "]", query.predicates().get(i));
        }
    }

    List<Violation> violations() {
        return violations;
    }

    String sql() {
        return terms.isEmpty() ? "" : " WHERE " + String.join(" AND ", terms);
    }

    List<Object> values() {
        return values;
    }

    /// Which columns the predicates look at.
    List<String> columns() {
        return columns;
    }

    /// Whether the predicates' own index is the way to the rows when few match: one that does not give them in the
    /// order of time.
    boolean gathers() {
        return only || spreads && !ordered;
    }

    /// The rows are known by now: nothing else needs to be looked for.
    void only(List<String> ids, int places) {
        only = true;
        terms.clear();
        values.clear();
        terms.add("id IN (" + String.join(", ", Collections.nCopies(places, "?")) + ")");
        for (int i = 0; i < places; i++) {
            values.add(ids.get(Math.min(i, ids.size() - 1)));
        }
    }

    void and(String term, List<?> more) {
        terms.add(term);
        values.addAll(more);
    }

    private void add(String path, Predicate predicate) {
        Key key = keys.find(predicate.key());
        if (key == null) {
            violations.add(new Violation(
                    path + ".key", "UnknownKey", "unknown key '" + predicate.key() + "'; " + keys.sentence()));
            return;
        }
        String wrong = wrongValues(predicate, key);
        if (wrong != null) {
            violations.add(new Violation(path, "WrongValue", wrong));
            return;
        }
        columns.add(key.sql());
        boolean equal = predicate.operation() == Operation.EQUALS;
        spreads |= predicate.operation() == Operation.IN;
        ordered |= keys.isOrdered(key.sql()) && equal;
        switch (key.kind()) {
            case TEXT -> comparison(key, predicate.operation(), predicate.values());
            case NUMBER -> comparison(key, predicate.operation(), predicate.values());
            case TIME -> time(key, predicate.operation(), predicate.values());
            case STORAGE -> storage(key, predicate.operation(), predicate.values());
        }
    }

    private static @Nullable String wrongValues(Predicate predicate, Key key) {
        int count = predicate.values().size();
        if (predicate.operation() == Operation.IN ? count > LARGEST_IN : count != 1) {
            return predicate.operation() == Operation.IN
                    ? "IN takes at most " + LARGEST_IN + " values, found " + count
                    : predicate.operation() + " takes one value, found " + count;
        }
        if (predicate.operation() == Operation.IS_SUBSTRING
                && (key.kind() == Keys.Kind.TIME || key.kind() == Keys.Kind.NUMBER)) {
            return "'" + predicate.key() + "' is a " + word(key) + ", IS_SUBSTRING is for text";
        }
        for (Object value : predicate.values()) {
            boolean fits = switch (key.kind()) {
                case TEXT, STORAGE -> value instanceof String text && text.length() <= LONGEST_TEXT;
                case TIME -> value instanceof Instant || value instanceof Long;
                case NUMBER -> value instanceof Long || value instanceof Integer || value instanceof Double;
            };
            if (!fits) {
                return "'" + predicate.key() + "' is a " + word(key) + ", found "
                        + (value instanceof String ? "text" : value instanceof Instant ? "a time" : "a number")
                        + "; use "
                        + (key.kind() == Keys.Kind.TIME
                                ? "timestamp_value"
                                : key.kind() == Keys.Kind.NUMBER ? "long_value" : "string_value");
            }
        }
        return null;
    }

    private static String word(Key key) {
        return switch (key.kind()) {
            case TEXT, STORAGE -> "text";
            case TIME -> "time";
            case NUMBER -> "number";
        };
    }

    private void comparison(Key key, Operation operation, List<Object> given) {
        values.addAll(key.values());
        switch (operation) {
            case IN -> {
                terms.add(
                        given.isEmpty()
                                ? "(" + key.sql() + ") IS NULL AND 1 = 0"
                                : key.sql() + " IN ("
                                        + given.stream().map(v -> "?").collect(Collectors.joining(", ")) + ")");
                values.addAll(given);
            }
            case IS_SUBSTRING -> {
                terms.add(key.sql() + " LIKE ? ESCAPE '!'");
                values.add("%"
                        + ((String) given.getFirst())
                                .replace("!", "!!")
                                .replace("%", "!%")
                                .replace("_", "!_") + "%");
            }
            default -> {
                terms.add(key.sql() + " " + sign(operation) + " ?");
                values.addAll(given);
            }
        }
    }

    private static String sign(Operation operation) {
        return switch (operation) {
            case EQUALS -> "=";
            case NOT_EQUALS -> "<>";
            case GREATER_THAN -> ">";
            case GREATER_THAN_EQUALS -> ">=";
            case LESS_THAN -> "<";
            case LESS_THAN_EQUALS -> "<=";
            case IN, IS_SUBSTRING -> throw new IllegalArgumentException(operation.name());
        };
    }

    /// Whole seconds become ranges of microseconds, so that an index still serves.
    private void time(Key key, Operation operation, List<Object> given) {
        String sql = key.sql();
        switch (operation) {
            case EQUALS, IN -> {
                var ranges = new ArrayList<String>();
                for (Object value : given) {
                    ranges.add("(" + sql + " >= ? AND " + sql + " < ?)");
                    values.add(micros(value, 0));
                    values.add(micros(value, 1));
                }
                terms.add(ranges.isEmpty() ? "1 = 0" : "(" + String.join(" OR ", ranges) + ")");
            }
            case NOT_EQUALS -> {
                terms.add("(" + sql + " < ? OR " + sql + " >= ?)");
                values.add(micros(given.getFirst(), 0));
                values.add(micros(given.getFirst(), 1));
            }
            case GREATER_THAN -> range(sql + " >= ?", micros(given.getFirst(), 1));
            case GREATER_THAN_EQUALS -> range(sql + " >= ?", micros(given.getFirst(), 0));
            case LESS_THAN -> range(sql + " < ?", micros(given.getFirst(), 0));
            case LESS_THAN_EQUALS -> range(sql + " < ?", micros(given.getFirst(), 1));
            case IS_SUBSTRING -> throw new IllegalArgumentException(operation.name());
        }
    }

    private void range(String term, long value) {
        terms.add(term);
        values.add(value);
    }

    private static long micros(Object value, int plusSeconds) {
        long seconds = value instanceof Instant time ? time.getEpochSecond() : (Long) value;
        long bounded = Math.clamp(seconds, Long.MIN_VALUE / SECOND + 1, Long.MAX_VALUE / SECOND - 1);
        return (bounded + plusSeconds) * SECOND;
    }

    private void storage(Key key, Operation operation, List<Object> given) {
        String sql = key.sql();
        if (operation == Operation.EQUALS || operation == Operation.IN || operation == Operation.NOT_EQUALS) {
            boolean wantAvailable = given.contains("AVAILABLE");
            boolean wantArchived = given.contains("ARCHIVED");
            boolean not = operation == Operation.NOT_EQUALS;
            boolean available = wantAvailable != not;
            boolean archived = wantArchived != not;
            if (available != archived) {
                terms.add(sql + " = ?");
                values.add(archived ? 1 : 0);
            } else if (!available) {
                terms.add("1 = 0");
            }
            return;
        }
        Key asText =
                new Key("(CASE " + sql + " WHEN 0 THEN 'AVAILABLE' ELSE 'ARCHIVED' END)", Keys.Kind.TEXT, List.of());
        comparison(asText, operation, given);
    }
}
