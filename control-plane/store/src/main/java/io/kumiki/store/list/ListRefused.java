package io.kumiki.store.list;

import io.kumiki.model.Violation;
import java.util.List;
import java.util.stream.Collectors;

/// A list query that names unknown keys or values of the wrong type: a user's mistake, 400 on every surface.
public final class ListRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Violation> violations;

    public ListRefused(List<Violation> violations) {
        super(violations.stream().map(Violation::toString).collect(Collectors.joining("; ")));
        this.violations = List.copyOf(violations);
    }

    public List<Violation> violations() {
        return violations;
    }
}
