package io.kumiki.kube;

import io.kumiki.kube.store.ObjectKey;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Where objects survive. One journal per cluster, written in revision order.
public interface Journal extends AutoCloseable {
    /// One object written (`json` as stored) or removed (`json` empty).
    record Entry(long revision, ObjectKey key, byte[] json) {
        public boolean removal() {
            return json.length == 0;
        }
    }

    /// Reads back everything, in any order. Returns the highest revision that may ever have been seen by anybody.
    long load(Consumer<Entry> sink);

    /// Before a write is accepted; throws {@link ApiFault} when the disk has no room.
    ///
    /// @param growth whether the write makes something new; what is there may still be changed and deleted when
    ///     room is short
    void admit(boolean growth);

    /// Takes the entries of one write. Called in revision order under the cluster's lock; must not block.
    void append(List<Entry> entries);

    /// Returns when everything up to the revision is durable; throws {@link ApiFault} when that takes too long.
    void await(long revision);

    /// The listener hears, in order, up to which revision everything is durable. Called once, before the first
    /// append.
    void onDurable(LongConsumer listener);

    @Override
    void close();

    /// Keeps nothing; everything is durable at once.
    static Journal memory() {
        return new MemoryJournal();
    }
}
