package io.kumiki.store.s3;

import org.jspecify.annotations.Nullable;

/// A request whose signature is right.
///
/// @param payload x-amz-content-sha256, or UNSIGNED-PAYLOAD
/// @param chunks null for signatures that cannot sign chunks
record Verified(String payload, @Nullable ChunkSigner chunks) {}
