package io.kumiki.store.sql;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Times as rows keep them. Microseconds are what PostgreSQL keeps too.
public final class Micros {
    private Micros() {}

    public static long of(@Nullable Instant time) {
        return time == null
                ? 0
                : Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
    }

    public static Instant toInstant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    }
}
