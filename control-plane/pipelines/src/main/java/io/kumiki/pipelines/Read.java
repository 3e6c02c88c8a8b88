package io.kumiki.pipelines;

import io.kumiki.model.Violation;
import java.util.List;

/// What reading a document came to.
public sealed interface Read {
    record Valid(Pipeline pipeline) implements Read {}

    /// Everything that is wrong with it, never empty.
    record Invalid(List<Violation> violations) implements Read {
        public Invalid {
            violations = List.copyOf(violations);
        }
    }
}
