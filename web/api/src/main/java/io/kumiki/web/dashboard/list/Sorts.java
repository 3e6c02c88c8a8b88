package io.kumiki.web.dashboard.list;

import io.kumiki.store.list.Sort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// `createdAt` and `-createdAt` to the store's sort.
public final class Sorts {
    private Sorts() {}

    public static List<String> both(Set<String> fields) {
        List<String> all = new ArrayList<>();
        for (String field : new TreeSet<>(fields)) {
            all.add(field);
            all.add("-" + field);
        }
        return all;
    }

    public static Sort stored(String sort, Map<String, String> keys) {
        boolean down = sort.startsWith("-");
        String field = down ? sort.substring(1) : sort;
        return new Sort(keys.getOrDefault(field, field), down);
    }
}
