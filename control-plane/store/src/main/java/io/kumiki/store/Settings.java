package io.kumiki.store;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// Small named documents: the installation's own id, page token key, first-start marks.
public final class Settings {
    Settings() {}

    public @Nullable JsonNode get(String key) {
        throw new UnsupportedOperationException();
    }

    public void put(String key, JsonNode value) {
        throw new UnsupportedOperationException();
    }

    public boolean delete(String key) {
        throw new UnsupportedOperationException();
    }
}
