package io.kumiki.web.kfp.wire;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.PageKey;
import io.kumiki.store.list.Predicate;
import io.kumiki.store.list.Predicate.Operation;
import io.kumiki.store.list.Sort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The list parameters of a request as a query of the store, which knows the allowed keys of each list.
///
/// @param binding names the list, its scope, filter and sort: what a page token belongs to
public record ListRequest(ListQuery query, String binding) {
    private static final int DEFAULT_PAGE = 20;
    private static final int LARGEST_PAGE = 200;
    private static final int LONGEST_FILTER = 64 * 1024;
    private static final int MOST_PREDICATES = 50;
    private static final int MOST_VALUES = 1000;

    /// @param kind what is listed, in the plural
    /// @param parameter a query parameter's value, "" when absent
    /// @param scope equalities that the route sets
    public static ListRequest of(
            String kind, Function<String, String> parameter, Map<String, String> scope, PageTokens tokens) {
        var violations = new ArrayList<Violation>();
        int size = pageSize(parameter.apply("page_size"), violations);
        Sort sort = sort(parameter.apply("sort_by"), violations);
        String filter = parameter.apply("filter");
        List<Predicate> predicates = predicates(filter, violations);
        if (!violations.isEmpty()) {
            throw Refusal.invalid("The list of " + kind + " cannot be given", violations);
        }
        String binding = kind + "\n" + new TreeMap<>(scope) + "\n" + sort + "\n" + filter;
        String token = parameter.apply("page_token");
        PageKey after = token.isEmpty() ? null : key(tokens.read(binding, token));
        return new ListRequest(new ListQuery(scope, predicates, sort, size, after), binding);
    }

    /// Replaces predicates one by one.
    public ListRequest rewritten(Function<Predicate, Predicate> how) {
        var predicates = query.predicates().stream().map(how).toList();
        return new ListRequest(
                new ListQuery(query.scope(), predicates, query.sort(), query.pageSize(), query.after()), binding);
    }

    public String token(PageTokens tokens, PageKey key) {
        return tokens.write(binding, Json.array().add(key.value()).add(key.id()).add(key.total()));
    }

    private static PageKey key(JsonNode values) {
        return new PageKey(
                values.path(0).asText(), values.path(1).asText(), values.path(2).asLong());
    }

    private static int pageSize(String text, List<Violation> violations) {
        if (text.isEmpty()) {
            return DEFAULT_PAGE;
        }
        try {
            int size = Integer.parseInt(text);
            if (size >= 0) {
                return size == 0 ? DEFAULT_PAGE : Math.min(size, LARGEST_PAGE);
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        violations.add(new Violation(
                "page_size",
                "InvalidPageSize",
                "wanted a number from 0 to " + LARGEST_PAGE + ", found " + Refusal.quoted(text)));
        return DEFAULT_PAGE;
    }

    private static Sort sort(String text, List<Violation> violations) {
        if (text.isBlank()) {
            return Sort.OLDEST_FIRST;
        }
        List<String> words = List.of(text.strip().split("\\s+"));
        boolean descending = words.size() == 2 && words.get(1).equalsIgnoreCase("desc");
        if (words.size() > 2
                || words.size() == 2 && !descending && !words.get(1).equalsIgnoreCase("asc")) {
            violations.add(new Violation(
                    "sort_by",
                    "InvalidSort",
                    "wanted one field, optionally followed by asc or desc, found " + Refusal.quoted(text)));
        }
        // fields are told apart without case, names of metrics with
        String field = words.getFirst();
        return new Sort(field.startsWith("metric:") ? field : field.toLowerCase(Locale.ROOT), descending);
    }

    private static List<Predicate> predicates(String filter, List<Violation> violations) {
        var out = new ArrayList<Predicate>();
        if (filter.isEmpty()) {
            return out;
        }
        if (filter.length() > LONGEST_FILTER) {
            violations.add(new Violation(
                    "filter", "FilterTooLong", "at most " + LONGEST_FILTER + " characters, found " + filter.length()));
            return out;
        }
        JsonNode tree;
        try {
            tree = Json.parse(filter);
        } catch (Json.Malformed e) {
            violations.add(
                    new Violation(
                            "filter",
                            "MalformedFilter",
                            e.getMessage()
                                    + ". Wanted {\"predicates\":[{\"operation\":\"EQUALS\",\"key\":\"display_name\",\"string_value\":\"x\"}]}"));
            return out;
        }
        int before = violations.size();
        JsonNode predicates = Messages.FILTER.read(tree, "filter", violations).path("predicates");
        if (predicates.size() > MOST_PREDICATES) {
            violations.add(new Violation(
                    "filter.predicates",
                    "TooManyPredicates",
                    "at most " + MOST_PREDICATES + ", found " + predicates.size()));
        }
        if (violations.size() > before) {
            return out;
        }
        for (int i = 0; i < predicates.size(); i++) {
            Predicate predicate = predicate(predicates.get(i), "filter.predicates[" + i + "]", violations);
            if (predicate != null) {
                out.add(predicate);
            }
        }
        return out;
    }

    private static @Nullable Predicate predicate(JsonNode in, String at, List<Violation> violations) {
        String operation = in.path("operation").asText("OPERATION_UNSPECIFIED");
        if (operation.equals("OPERATION_UNSPECIFIED")) {
            violations.add(
                    new Violation(at + ".operation", "MissingOperation", "an operation is wanted, such as EQUALS"));
            return null;
        }
        var values = new ArrayList<Object>();
        var kinds = new ArrayList<String>();
        for (var field : in.properties()) {
            if (field.getKey().endsWith("_values")) {
                kinds.add(field.getKey());
                field.getValue().path("values").forEach(value -> values.add(value(field.getKey(), value)));
            } else if (field.getKey().endsWith("_value")) {
                kinds.add(field.getKey());
                values.add(value(field.getKey(), field.getValue()));
            }
        }
        boolean many = operation.equals("IN");
        if (kinds.size() != 1 || many != kinds.getFirst().endsWith("_values") || values.size() > MOST_VALUES) {
            violations.add(new Violation(
                    at,
                    "WrongValue",
                    many
                            ? "IN wants exactly one of int_values, long_values, string_values, with at most "
                                    + MOST_VALUES + " values"
                            : operation
                                    + " wants exactly one of int_value, long_value, string_value, timestamp_value"));
            return null;
        }
        return new Predicate(in.path("key").asText(), Operation.valueOf(operation), values);
    }

    private static Object value(String field, JsonNode value) {
        Instant time = field.equals("timestamp_value") ? Message.time(value) : null;
        if (time != null) {
            return time;
        }
        if (value.isNumber()) {
            return value.longValue();
        }
        return value.asText();
    }
}
