package io.kumiki.store;

import java.time.Instant;
import java.util.Map;

/// @param name unique in the pipeline
/// @param specId content address in `specs()`
public record VersionRecord(
        String id,
        String pipelineId,
        String name,
        String displayName,
        String description,
        Instant createdAt,
        String specId,
        String codeSourceUrl,
        String packageUrl,
        Map<String, String> tags) {
    public VersionRecord {
        tags = Map.copyOf(tags);
    }
}
