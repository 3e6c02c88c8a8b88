package io.kumiki.web.dashboard.stream;

import io.kumiki.store.Change;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The newest changes of the store, so that a reader can be told what happened since the position it knows.
public final class ChangeLog {
    private final int kept;
    private final Deque<Change> changes = new ArrayDeque<>();
    private long forgotten;
    private long newest;

    /// @param seq the store's position when listening began
    public ChangeLog(long seq, int kept) {
        this.forgotten = seq;
        this.newest = seq;
        this.kept = kept;
    }

    public synchronized void add(List<Change> more) {
        changes.addAll(more);
        newest = more.getLast().seq();
        while (changes.size() > kept) {
            forgotten = changes.removeFirst().seq();
        }
    }

    public synchronized long newest() {
        return newest;
    }

    /// Oldest first; `null` when some of them are no longer known.
    public synchronized @Nullable List<Change> since(long seq) {
        if (seq < forgotten || seq > newest) {
            return null;
        }
        List<Change> found = new ArrayList<>();
        for (Iterator<Change> back = changes.descendingIterator(); back.hasNext(); ) {
            Change change = back.next();
            if (change.seq() <= seq) {
                break;
            }
            found.add(change);
        }
        return found.reversed();
    }
}
