package io.kumiki.kube.controllers;

import io.kumiki.kube.Journal;
import io.kumiki.kube.store.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Keeps what survives a crash and ends the process at a chosen write: that write survives, what follows does not.
final class CrashingJournal implements Journal {
    /// The process is gone; only a new cluster on the same journal goes on.
    static final class Crash extends Error {
        private static final long serialVersionUID = 1;

        Crash() {
            super("crash", null, false, false);
        }
    }

    final Map<String, Entry> entries = new TreeMap<>();
    final Consumer<Entry> observer;
    /// How many writes until the process ends; negative for never.
    long fuse = -1;

    private long last;
    private boolean dead;
    private LongConsumer listener = revision -> {};

    CrashingJournal(Consumer<Entry> observer) {
        this.observer = observer;
    }

    /// A journal of its own with the same content.
    CrashingJournal copy(Consumer<Entry> heard) {
        CrashingJournal copy = new CrashingJournal(heard);
        copy.entries.putAll(entries);
        copy.last = last;
        return copy;
    }

    private static String name(ObjectKey key) {
        return key.storage() + " " + key.namespace() + "/" + key.name();
    }

    @Override
    public long load(Consumer<Entry> sink) {
        entries.values().forEach(sink);
        dead = false;
        fuse = -1;
        return last;
    }

    @Override
    public void admit(boolean growth) {
        if (dead) {
            throw new Crash();
        }
    }

    @Override
    public void append(List<Entry> written) {
        for (Entry entry : written) {
            if (entry.removal()) {
                entries.remove(name(entry.key()));
            } else {
                entries.put(name(entry.key()), entry);
            }
            last = entry.revision();
            observer.accept(entry);
        }
        if (fuse >= 0 && fuse-- == 0) {
            dead = true;
        }
    }

    @Override
    public void await(long revision) {
        if (dead) {
            throw new Crash();
        }
        listener.accept(last);
    }

    @Override
    public void onDurable(LongConsumer heard) {
        listener = heard;
    }

    @Override
    public void close() {}
}
