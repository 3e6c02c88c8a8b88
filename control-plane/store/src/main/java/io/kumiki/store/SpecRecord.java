package io.kumiki.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// A pipeline spec and its platform spec, addressed by content: the same documents, in the same key order, have the
/// same id.
public record SpecRecord(
        String id, JsonNode pipelineSpec, @Nullable JsonNode platformSpec) {
    public static SpecRecord of(JsonNode pipelineSpec, @Nullable JsonNode platformSpec) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(Json.bytes(pipelineSpec));
            if (platformSpec != null) {
                sha.update("\n---\n".getBytes(StandardCharsets.US_ASCII));
                sha.update(Json.bytes(platformSpec));
            }
            return new SpecRecord(HexFormat.of().formatHex(sha.digest()), pipelineSpec, platformSpec);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
