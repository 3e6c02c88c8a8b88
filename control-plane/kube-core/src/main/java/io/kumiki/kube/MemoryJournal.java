package io.kumiki.kube;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// For tests and simulation: nothing survives, so nothing has to be waited for.
final class MemoryJournal implements Journal {
    private LongConsumer listener = revision -> {};
    private volatile long last;

    @Override
    public long load(Consumer<Entry> sink) {
        return 0;
    }

    @Override
    public void admit(boolean growth) {}

    @Override
    public void append(List<Entry> entries) {
        last = entries.getLast().revision();
    }

    /// The writer itself carries the news, after it has left the cluster's lock.
    @Override
    public void await(long revision) {
        listener.accept(last);
    }

    @Override
    public void onDurable(LongConsumer listener) {
        this.listener = listener;
    }

    @Override
    public void close() {}
}
