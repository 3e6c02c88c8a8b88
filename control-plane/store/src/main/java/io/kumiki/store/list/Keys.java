package io.kumiki.store.list;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The keys that one list may be filtered and sorted by.
public final class Keys {
    public enum Kind {
        TEXT,
        /// Microseconds in the column, unix seconds in predicates.
        TIME,
        /// A yes/no column that is AVAILABLE or ARCHIVED in predicates.
        STORAGE,
        NUMBER
    }

    /// @param sql an expression over the listed table; it may hold `?`, filled from values
    public record Key(String sql, Kind kind, List<Object> values) {
        boolean plainColumn() {
            return values.isEmpty() && sql.indexOf('(') < 0 && sql.indexOf(' ') < 0;
        }
    }

    private final String what;
    private final Map<String, Key> keys = new LinkedHashMap<>();
    private final Map<String, Function<String, Key>> families = new LinkedHashMap<>();
    private final Set<String> ordered = new HashSet<>();

    public Keys(String what) {
        this.what = what;
    }

    public Keys text(String sql, String... names) {
        return add(new Key(sql, Kind.TEXT, List.of()), names);
    }

    public Keys time(String sql, String... names) {
        return add(new Key(sql, Kind.TIME, List.of()), names);
    }

    public Keys number(String sql, String... names) {
        return add(new Key(sql, Kind.NUMBER, List.of()), names);
    }

    public Keys storage(String sql, String... names) {
        return add(new Key(sql, Kind.STORAGE, List.of()), names);
    }

    /// Keys made of a prefix and a user's own word, such as `tags.team`.
    public Keys family(String prefix, Function<String, Key> key) {
        families.put(prefix, key);
        return this;
    }

    /// Columns whose own index gives the rows of a value in the order of time.
    public Keys ordered(String... columns) {
        ordered.addAll(List.of(columns));
        return this;
    }

    boolean isOrdered(String column) {
        return ordered.contains(column);
    }

    private Keys add(Key key, String... names) {
        for (String name : names) {
            keys.put(name, key);
        }
        return this;
    }

    @Nullable
    Key find(String name) {
        Key key = keys.get(name);
        if (key != null) {
            return key;
        }
        for (var family : families.entrySet()) {
            if (name.startsWith(family.getKey())
                    && name.length() > family.getKey().length()) {
                return family.getValue().apply(name.substring(family.getKey().length()));
            }
        }
        return null;
    }

    /// For messages: `runs can be filtered and sorted by run_id, …`.
    String sentence() {
        String all = String.join(", ", keys.keySet());
        String more = String.join(
                ", ", families.keySet().stream().map(p -> p + "<name>").toList());
        return what + " can be filtered and sorted by " + all + (more.isEmpty() ? "" : ", " + more);
    }
}
