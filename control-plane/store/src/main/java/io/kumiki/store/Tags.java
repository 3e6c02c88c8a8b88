package io.kumiki.store;

import io.kumiki.store.list.Keys;
import io.kumiki.store.sql.Sql;
import java.util.List;
import java.util.Map;

/// Tags stand twice: as JSON in the row for reading, one row each for filters.
final class Tags {
    private Tags() {}

    static void replace(Sql sql, String owner, Map<String, String> tags) {
        sql.update("DELETE FROM tags WHERE owner = ?", owner);
        tags.forEach((name, value) ->
                sql.update("INSERT INTO tags (owner, name, value) VALUES (?, ?, ?)", owner, name, value));
    }

    /// Sorts untagged rows first; a predicate other than EQUALS '' does not match them.
    static Keys.Key key(String table, String name) {
        return new Keys.Key(
                "COALESCE((SELECT value FROM tags WHERE owner = " + table + ".id AND tags.name = ?), '')",
                Keys.Kind.TEXT,
                List.of(name));
    }
}
