package io.kumiki.store;

import io.kumiki.model.Json;
import org.jspecify.annotations.Nullable;

/// Pipeline specs by content address; never changed, never deleted while a version or run names them.
public final class Specs {
    private final Tx tx;

    Specs(Tx tx) {
        this.tx = tx;
    }

    /// Repeating is harmless.
    public void put(SpecRecord spec) {
        if (tx.sql().number("SELECT COUNT(*) FROM specs WHERE id = ?", spec.id()) == 0) {
            tx.sql()
                    .update(
                            "INSERT INTO specs (id, pipeline, platform) VALUES (?, ?, ?)",
                            spec.id(),
                            Json.write(spec.pipelineSpec()),
                            spec.platformSpec() == null ? null : Json.write(spec.platformSpec()));
        }
    }

    public @Nullable SpecRecord get(String id) {
        return tx.sql()
                .one(
                        "SELECT pipeline, platform FROM specs WHERE id = ?",
                        row -> {
                            String platform = row.textOrNull(2);
                            return new SpecRecord(
                                    id, Texts.parse(row.text(1)), platform == null ? null : Texts.parse(platform));
                        },
                        id);
    }
}
