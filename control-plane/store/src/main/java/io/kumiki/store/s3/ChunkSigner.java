package io.kumiki.store.s3;

/// The running signature of a chunked upload.
interface ChunkSigner {
    /// @param sha256Hex of the chunk's bytes
    void chunk(String signature, String sha256Hex) throws S3Fault;

    /// @param sha256Hex of the trailers, one `name:value\n` each
    void trailer(String signature, String sha256Hex) throws S3Fault;
}
