package io.kumiki.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// @param lastRunAt when its newest run was created; kept by the store
public record ExperimentRecord(
        String id,
        String namespace,
        String displayName,
        String description,
        boolean archived,
        Instant createdAt,
        @Nullable Instant lastRunAt) {}
