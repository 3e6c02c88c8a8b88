package io.kumiki.store.list;

import io.kumiki.model.Violation;
import io.kumiki.store.list.Keys.Key;
import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Pages of one table by key, never by offset: the hundredth page costs what the first does.
///
/// @param columns what row reads, `id` among the table's columns as tie breaker
/// @param counts a table of sums (column n) that answers totals for predicates over countedColumns; null counts
///     rows
public record ListedTable<T>(
        String table,
        int columnCount,
        String columns,
        Keys keys,
        @Nullable String counts,
        Set<String> countedColumns,
        Function<Cursor, T> row) {

    private static final long FEW = 2_000;
    private static final int FEW_IDS = 200;

    private record Found<T>(T row, String sortValue, String id) {}

    public Page<T> page(Sql sql, ListQuery query) {
        var where = new Where(keys, query);
        List<Violation> violations = new ArrayList<>(where.violations());
        Key sort = keys.find(query.sort().key());
        if (sort == null) {
            violations.add(new Violation(
                    "sort_by", "UnknownKey", "unknown sort key '" + query.sort().key() + "'; " + keys.sentence()));
        }
        Object after = sort == null || query.after() == null ? null : sortValue(sort, query.after(), violations);
        if (!violations.isEmpty() || sort == null) {
            throw new ListRefused(violations);
        }
        PageKey last = query.after();
        long total = total(sql, where, last);
        if (total == 0) {
            return new Page<>(List.of(), 0, null);
        }
        String order = order(sort, where.gathers() && total <= FEW);
        if (last != null && after != null) {
            var values = new ArrayList<Object>(sort.values());
            values.add(after);
            values.add(last.id());
            String column = sort.plainColumn() ? order : sort.sql();
            where.and("(" + column + ", id) " + (query.sort().descending() ? "<" : ">") + " (?, ?)", values);
        }
        return fetch(sql, query, where, sort, order, total);
    }

    /// A database that knows no statistics would walk the index of the order and look at every row until the page
    /// is full.
    /// Where few rows match, it is kept from that (`+column` is no column) and gathers them by the predicates'
    /// index instead.
    private static String order(Key sort, boolean gather) {
        if (!sort.plainColumn()) {
            return "sort_value";
        }
        return gather && sort.kind() == Keys.Kind.TIME ? "+" + sort.sql() : sort.sql();
    }

    private Page<T> fetch(Sql sql, ListQuery query, Where where, Key sort, String order, long total) {
        String direction = query.sort().descending() ? " DESC" : "";
        var values = new ArrayList<Object>(sort.values());
        values.addAll(where.values());
        values.add(query.pageSize() + 1);
        List<Found<T>> found = sql.list(
                "SELECT " + columns + ", " + sort.sql() + " AS sort_value, id AS row_id FROM " + table + where.sql()
                        + " ORDER BY " + order + direction + ", id" + direction + " LIMIT ?",
                cursor -> new Found<>(row.apply(cursor), cursor.text(columnCount + 1), cursor.text(columnCount + 2)),
                values.toArray());
        boolean more = found.size() > query.pageSize();
        List<Found<T>> shown = more ? found.subList(0, query.pageSize()) : found;
        PageKey next = more ? new PageKey(shown.getLast().sortValue, shown.getLast().id, total) : null;
        return new Page<>(shown.stream().map(Found::row).toList(), total, next);
    }

    /// Large tables are counted from sums where that is possible. Elsewhere, one look finds the few rows there are,
    /// which then need not be searched for a second time; only where there are more are they counted.
    private long total(Sql sql, Where where, @Nullable PageKey last) {
        if (counts != null
                && !countedColumns.containsAll(where.columns())
                && (last == null || last.total() <= FEW_IDS)) {
            var values = new ArrayList<Object>(where.values());
            values.add(FEW_IDS + 1);
            List<String> ids = sql.list(
                    "SELECT id FROM " + table + where.sql() + " LIMIT ?", cursor -> cursor.text(1), values.toArray());
            if (ids.isEmpty()) {
                return 0;
            }
            if (ids.size() <= FEW_IDS) {
                where.only(ids, FEW_IDS);
                return last == null ? ids.size() : last.total();
            }
        }
        if (last != null) {
            return last.total();
        }
        String from = counts != null && countedColumns.containsAll(where.columns())
                ? "SUM(n) FROM " + counts
                : "COUNT(*) FROM " + table;
        return sql.number("SELECT " + from + where.sql(), where.values().toArray());
    }

    private static @Nullable Object sortValue(Key sort, PageKey after, List<Violation> violations) {
        try {
            return switch (sort.kind()) {
                case TEXT -> after.value();
                case TIME, STORAGE -> Long.parseLong(after.value());
                case NUMBER -> Double.parseDouble(after.value());
            };
        } catch (NumberFormatException e) {
            violations.add(new Violation("page_token", "WrongToken", "the page token belongs to another sort order"));
            return null;
        }
    }
}
