package io.kumiki.store.list;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One page of a list.
///
/// @param scope equalities that the route itself sets (namespace, experiment_id, pipeline_id): same keys as
///     predicates
/// @param pageSize 1..1000; the surface caps it further
public record ListQuery(
        Map<String, String> scope,
        List<Predicate> predicates,
        Sort sort,
        int pageSize,
        @Nullable PageKey after) {
    public static final int LARGEST_PAGE = 1000;

    public ListQuery {
        scope = Map.copyOf(scope);
        predicates = List.copyOf(predicates);
        if (pageSize < 1 || pageSize > LARGEST_PAGE) {
            throw new IllegalArgumentException("a page holds 1 to " + LARGEST_PAGE + " rows, asked for " + pageSize);
        }
    }

    public static ListQuery newest(Map<String, String> scope, int pageSize) {
        return new ListQuery(scope, List.of(), Sort.NEWEST_FIRST, pageSize, null);
    }

    public ListQuery where(Predicate... more) {
        var all = new java.util.ArrayList<>(predicates);
        all.addAll(List.of(more));
        return new ListQuery(scope, all, sort, pageSize, after);
    }

    public ListQuery sorted(Sort by) {
        return new ListQuery(scope, predicates, by, pageSize, after);
    }

    public ListQuery after(@Nullable PageKey key) {
        return new ListQuery(scope, predicates, sort, pageSize, key);
    }
}
