package io.kumiki.store;

import org.jspecify.annotations.Nullable;

/// Pipeline specs by content address; never changed, never deleted while a version or run names them.
public final class Specs {
    Specs() {}

    /// Repeating is harmless.
    public void put(SpecRecord spec) {
        throw new UnsupportedOperationException();
    }

    public @Nullable SpecRecord get(String id) {
        throw new UnsupportedOperationException();
    }
}
