package io.kumiki.kube.controllers;

import io.kumiki.kube.store.ObjectKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Keys to decide, each at most once: those of now in the order they came, those of a later time by that time.
final class DirtyKeys {
    record Key(Controller controller, ObjectKey object) {}

    private record Due(Instant at, long number, Key key) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final LinkedHashSet<Key> now = new LinkedHashSet<>();
    private final TreeSet<Due> timed = new TreeSet<>();
    private final Map<Key, Due> times = new HashMap<>();
    private long numbers;
    private Runnable listener = () -> {};

    synchronized void onWork(Runnable heard) {
        listener = heard;
    }

    void add(Key key) {
        Runnable heard;
        synchronized (this) {
            if (!now.add(key)) {
                return;
            }
            heard = listener;
        }
        heard.run();
    }

    /// The latest wish counts: a decision says anew when it wants to be asked again.
    synchronized void at(Key key, Instant when) {
        forget(key);
        Due due = new Due(when, numbers++, key);
        times.put(key, due);
        timed.add(due);
    }

    private void forget(Key key) {
        Due before = times.remove(key);
        if (before != null) {
            timed.remove(before);
        }
    }

    synchronized @Nullable Instant nextDue() {
        return timed.isEmpty() ? null : timed.first().at();
    }

    synchronized boolean waiting(Instant at) {
        return !now.isEmpty() || !timed.isEmpty() && !timed.first().at().isAfter(at);
    }

    synchronized @Nullable Key poll(Instant at) {
        if (!timed.isEmpty() && !timed.first().at().isAfter(at)) {
            Key key = timed.first().key();
            forget(key);
            now.remove(key);
            return key;
        }
        Iterator<Key> first = now.iterator();
        if (!first.hasNext()) {
            return null;
        }
        Key key = first.next();
        first.remove();
        // What it waited for may be over; its decision says so again if not.
        forget(key);
        return key;
    }
}
