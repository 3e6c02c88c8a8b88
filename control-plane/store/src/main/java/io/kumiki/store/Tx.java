package io.kumiki.store;

/// What a function given to `Store.read` or `Store.write` works with; of no use after the function has returned.
public interface Tx {
    Experiments experiments();

    Pipelines pipelines();

    Versions versions();

    Specs specs();

    Runs runs();

    Tasks tasks();

    Artifacts artifacts();

    Cache cache();

    Intents intents();

    Settings settings();
}
