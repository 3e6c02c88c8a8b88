package io.kumiki.pipelines;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import java.util.List;

/// The values a user gives to a pipeline.
public final class Parameters {
    private Parameters() {}

    /// Unknown names, wrong types, values outside the literals, required ones that are missing.
    public static List<Violation> check(Pipeline pipeline, ObjectNode given) {
        throw new UnsupportedOperationException();
    }

    /// What the run really starts with: defaults filled in, an optional one without default as null.
    public static ObjectNode complete(Pipeline pipeline, ObjectNode given) {
        throw new UnsupportedOperationException();
    }
}
