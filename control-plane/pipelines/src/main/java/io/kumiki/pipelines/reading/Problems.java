package io.kumiki.pipelines.reading;

import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;

/// Mistakes found so far. Keeps the first thousand: a broken generator can produce millions.
final class Problems {
    private static final int MOST = 1000;

    private final List<Violation> found = new ArrayList<>();

    void add(String path, SpecFault fault, String message) {
        if (found.size() < MOST) {
            found.add(new Violation(path, fault, message));
        }
    }

    boolean none() {
        return found.isEmpty();
    }

    List<Violation> all() {
        return List.copyOf(found);
    }
}
