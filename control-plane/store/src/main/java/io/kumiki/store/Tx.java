package io.kumiki.store;

import io.kumiki.store.sql.Sql;
import org.jspecify.annotations.Nullable;

/// What a function given to `Store.read` or `Store.write` works with; of no use after the function has returned.
public final class Tx {
    /// A change before the commit gives it its number.
    record Note(String kind, String id, @Nullable String runId) {}

    private final Sql sql;

    Tx(Sql sql) {
        this.sql = sql;
    }

    public Experiments experiments() {
        return new Experiments(this);
    }

    public Pipelines pipelines() {
        return new Pipelines(this);
    }

    public Versions versions() {
        return new Versions(this);
    }

    public Specs specs() {
        return new Specs(this);
    }

    public Runs runs() {
        return new Runs(this);
    }

    public Tasks tasks() {
        return new Tasks(this);
    }

    public Artifacts artifacts() {
        return new Artifacts(this);
    }

    public Cache cache() {
        return new Cache(this);
    }

    public Intents intents() {
        return new Intents(this);
    }

    public Settings settings() {
        return new Settings(this);
    }

    Sql sql() {
        return sql;
    }

    void changed(String kind, String id, @Nullable String runId) {
        sql.note(new Note(kind, id, runId));
    }

    /// Reserves n numbers of a sequence and returns the first.
    long next(String counter, int n) {
        sql.update("UPDATE counters SET n = n + ? WHERE name = ?", n, counter);
        return sql.number("SELECT n FROM counters WHERE name = ?", counter) - n + 1;
    }
}
