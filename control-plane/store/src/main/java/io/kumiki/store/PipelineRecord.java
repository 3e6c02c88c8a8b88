package io.kumiki.store;

import java.time.Instant;
import java.util.Map;

/// @param name unique in the namespace
public record PipelineRecord(
        String id,
        String namespace,
        String name,
        String displayName,
        String description,
        Instant createdAt,
        Map<String, String> tags) {
    public PipelineRecord {
        tags = Map.copyOf(tags);
    }
}
