package io.kumiki.store.objects;

import java.time.Instant;
import java.util.Map;

/// What is known of an object without its bytes.
///
/// @param etag hex md5 of the bytes; for multipart objects `<md5 of the parts' md5s>-<parts>`
/// @param headers content-type, cache-control, content-disposition, content-encoding, content-language, expires;
///     lower-case names
/// @param metadata the user's own, lower-case names without `x-amz-meta-`
/// @param checksums `x-amz-checksum-*` values given and verified at upload, by lower-case algorithm: `crc32` →
///     base64
public record ObjectHead(
        String bucket,
        String key,
        long size,
        String etag,
        Instant modified,
        Map<String, String> headers,
        Map<String, String> metadata,
        Map<String, String> checksums) {
    public ObjectHead {
        headers = Map.copyOf(headers);
        metadata = Map.copyOf(metadata);
        checksums = Map.copyOf(checksums);
    }
}
