package io.kumiki.ledger;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.serialization.compact.CompactReader;
import com.hazelcast.nio.serialization.compact.CompactSerializer;
import com.hazelcast.nio.serialization.compact.CompactWriter;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Puts an entry in its tree's place unless a newer one is there. Runs on the member that owns the entry and on its
/// backup, may run twice, and comes to the same each time.
final class PutIfNewer implements EntryProcessor<String, LedgerEntry, Boolean> {
    private static final long serialVersionUID = 1;

    private final transient LedgerEntry entry;

    PutIfNewer(LedgerEntry entry) {
        this.entry = entry;
    }

    @Override
    public Boolean process(Map.Entry<String, LedgerEntry> at) {
        @Nullable LedgerEntry there = at.getValue();
        if (there != null && !entry.newerThan(there)) {
            return false;
        }
        at.setValue(entry);
        return true;
    }

    static final class Format implements CompactSerializer<PutIfNewer> {
        @Override
        public PutIfNewer read(CompactReader in) {
            return new PutIfNewer(Objects.requireNonNull(in.<LedgerEntry>readCompact("entry")));
        }

        @Override
        public void write(CompactWriter out, PutIfNewer processor) {
            out.writeCompact("entry", processor.entry);
        }

        @Override
        public String getTypeName() {
            return "kumiki.ledger.v1.put-if-newer";
        }

        @Override
        public Class<PutIfNewer> getCompactClass() {
            return PutIfNewer.class;
        }
    }
}
