package io.kumiki.model.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One artifact: the row that makes bytes in object storage known. Written only after the bytes are there.
///
/// @param id positive; KFP's artifact_ids are int64
/// @param taskId the producer; for an importer the importing task
/// @param key the output's name at the producer
/// @param index position in an artifact list, 0 otherwise
/// @param type schema title: `system.Dataset`
public record ArtifactRecord(
        long id,
        String namespace,
        @Nullable String runId,
        @Nullable String taskId,
        String key,
        int index,
        String name,
        String type,
        String schemaVersion,
        String uri,
        ObjectNode metadata,
        Instant createdAt) {}
