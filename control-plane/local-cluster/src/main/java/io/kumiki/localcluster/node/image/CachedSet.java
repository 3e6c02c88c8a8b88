package io.kumiki.localcluster.node.image;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A set of packages in the cache, and which of them have to go.
///
/// @param used whether an environment that sees it is still there
/// @param lastUsed when an environment was last given it
record CachedSet(Path folder, long bytes, Instant lastUsed, boolean used) {
    /// The disk that holds the cache, in bytes.
    record Disk(long total, long available) {
        boolean above(int percent) {
            return total > 0 && (total - available) * 100 >= percent * total;
        }

        /// How many bytes are missing until no more than so much is in use.
        private long missing(int percent) {
            return total / 100 * (100 - percent) - available;
        }
    }

    /// Nothing below the high limit; above it those that nobody uses, used longest ago first, until the low one is
    /// reached or nothing is left that may go.
    static List<CachedSet> toDrop(List<CachedSet> held, Disk disk, CacheLimits limits, Instant now) {
        List<CachedSet> drop = new ArrayList<>();
        if (!disk.above(limits.highPercent())) {
            return drop;
        }
        long missing = disk.missing(limits.lowPercent());
        for (CachedSet each : held.stream()
                .filter(set -> !set.used())
                .filter(set -> !set.lastUsed().plus(limits.minimumAge()).isAfter(now))
                .sorted(Comparator.comparing(CachedSet::lastUsed).thenComparing(CachedSet::folder))
                .toList()) {
            if (missing <= 0) {
                break;
            }
            drop.add(each);
            missing -= each.bytes();
        }
        return drop;
    }
}
