package io.kumiki.agent.s3;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What the agent needs of object storage. Every call throws [S3Failure] when storage refuses or does not answer.
public interface ObjectAccess {
    void put(S3Uri to, byte[] bytes, String contentType) throws InterruptedException;

    void put(S3Uri to, Path file) throws InterruptedException;

    /// Writes one object beside its target and renames it; false when there is no such object.
    boolean get(S3Uri from, Path to) throws InterruptedException;

    /// One page of keys below `prefix/`, in order, after `token`.
    Listing list(S3Uri prefix, @Nullable String token) throws InterruptedException;
}
