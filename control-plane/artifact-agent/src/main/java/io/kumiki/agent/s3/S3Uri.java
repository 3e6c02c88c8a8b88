package io.kumiki.agent.s3;

import java.util.Optional;
import java.util.Set;

/// `minio://bucket/key`, `s3://…` or `gs://…`; a query string (KFP's region and endpoint hints) is no part of the
/// key.
public record S3Uri(String scheme, String bucket, String key) {
    private static final Set<String> SCHEMES = Set.of("minio", "s3", "gs");

    /// Empty for a URI that names no object storage.
    public static Optional<S3Uri> of(String uri) {
        int colon = uri.indexOf("://");
        if (colon < 0 || !SCHEMES.contains(uri.substring(0, colon))) {
            return Optional.empty();
        }
        var rest = uri.substring(colon + 3);
        int query = rest.indexOf('?');
        if (query >= 0) {
            rest = rest.substring(0, query);
        }
        int slash = rest.indexOf('/');
        var bucket = slash < 0 ? rest : rest.substring(0, slash);
        var key = slash < 0 ? "" : rest.substring(slash + 1);
        while (key.endsWith("/")) {
            key = key.substring(0, key.length() - 1);
        }
        return bucket.isEmpty() ? Optional.empty() : Optional.of(new S3Uri(uri.substring(0, colon), bucket, key));
    }

    public S3Uri child(String name) {
        return new S3Uri(scheme, bucket, key.isEmpty() ? name : key + "/" + name);
    }

    @Override
    public String toString() {
        return scheme + "://" + bucket + (key.isEmpty() ? "" : "/" + key);
    }
}
