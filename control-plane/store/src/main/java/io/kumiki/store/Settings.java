package io.kumiki.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import org.jspecify.annotations.Nullable;

/// Small named documents: the installation's own id, page token key, first-start marks.
public final class Settings {
    private final Tx tx;

    Settings(Tx tx) {
        this.tx = tx;
    }

    public @Nullable JsonNode get(String key) {
        return tx.sql().one("SELECT document FROM settings WHERE name = ?", row -> Texts.parse(row.text(1)), key);
    }

    public void put(String key, JsonNode value) {
        tx.sql()
                .update(
                        "INSERT INTO settings (name, document) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET document = excluded.document",
                        key,
                        Json.write(value));
    }

    public boolean delete(String key) {
        return tx.sql().update("DELETE FROM settings WHERE name = ?", key) > 0;
    }
}
