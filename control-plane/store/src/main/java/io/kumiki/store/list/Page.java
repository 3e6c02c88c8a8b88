package io.kumiki.store.list;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// @param total rows that match the query over all pages
/// @param next null on the last page
public record Page<T>(List<T> rows, long total, @Nullable PageKey next) {
    public Page {
        rows = List.copyOf(rows);
    }

    public <U> Page<U> map(Function<? super T, ? extends U> mapper) {
        return new Page<U>(rows.stream().<U>map(mapper).toList(), total, next);
    }
}
