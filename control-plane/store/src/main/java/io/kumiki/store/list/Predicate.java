package io.kumiki.store.list;

import java.time.Instant;
import java.util.List;

/// One condition on one key; predicates are AND-ed.
///
/// @param values one value (any number for IN): String, Long or Instant. A Long on a time key means unix seconds;
///     an Instant is compared as unix seconds too, as KFP does.
public record Predicate(String key, Operation operation, List<Object> values) {
    public enum Operation {
        EQUALS,
        NOT_EQUALS,
        GREATER_THAN,
        GREATER_THAN_EQUALS,
        LESS_THAN,
        LESS_THAN_EQUALS,
        IN,
        IS_SUBSTRING
    }

    public Predicate {
        values = List.copyOf(values);
    }

    public static Predicate equal(String key, String value) {
        return new Predicate(key, Operation.EQUALS, List.of(value));
    }

    public static Predicate notEqual(String key, String value) {
        return new Predicate(key, Operation.NOT_EQUALS, List.of(value));
    }

    public static Predicate substring(String key, String value) {
        return new Predicate(key, Operation.IS_SUBSTRING, List.of(value));
    }

    public static Predicate in(String key, List<String> values) {
        return new Predicate(key, Operation.IN, List.copyOf(values));
    }

    public static Predicate since(String key, Instant from) {
        return new Predicate(key, Operation.GREATER_THAN_EQUALS, List.of(from));
    }
}
