package io.kumiki.kube.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The last changes, so that a watch can go on from a revision and a page can be cut from the past.
final class ChangeWindow {
    private final Change[] ring;
    private final long maxBytes;
    private int start;
    private int size;
    private long bytes;
    private long floor;

    ChangeWindow(int capacity, long maxBytes) {
        this.ring = new Change[capacity];
        this.maxBytes = maxBytes;
    }

    /// Everything after this revision is here.
    long floor() {
        return floor;
    }

    void startAt(long revision) {
        floor = revision;
    }

    void add(Change change) {
        while (size == ring.length || (size > 1024 && bytes > maxBytes)) {
            Change oldest = at(0);
            floor = oldest.revision();
            bytes -= weight(oldest);
            start = (start + 1) % ring.length;
            size--;
        }
        ring[(start + size) % ring.length] = change;
        size++;
        bytes += weight(change);
    }

    /// Changes after the revision, oldest first.
    List<Change> after(long revision) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).revision() <= revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        List<Change> found = new ArrayList<>(size - low);
        for (int i = low; i < size; i++) {
            found.add(at(i));
        }
        return found;
    }

    private Change at(int n) {
        return ring[(start + n) % ring.length];
    }

    /// Only replaced versions count: the live one is in the store anyway.
    private static long weight(Change change) {
        @Nullable StoredObject before = change.before();
        return before == null ? 0 : before.size();
    }
}
