package io.kumiki.store.objects;

import java.util.Locale;

/// `minio://mlpipeline/v2/x` or `s3://bucket/key`: where an artifact's bytes are.
///
/// @param scheme minio or s3
/// @param key may be empty, never starts with a slash
public record ObjectUri(String scheme, String bucket, String key) {
    public static ObjectUri parse(String uri) {
        int colon = uri.indexOf("://");
        String scheme = colon < 0 ? "" : uri.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!scheme.equals("minio") && !scheme.equals("s3")) {
            throw new IllegalArgumentException("wanted minio://bucket/key or s3://bucket/key, found '" + uri + "'");
        }
        String rest = uri.substring(colon + 3);
        int query = rest.indexOf('?');
        if (query >= 0) {
            rest = rest.substring(0, query);
        }
        int slash = rest.indexOf('/');
        String bucket = slash < 0 ? rest : rest.substring(0, slash);
        if (bucket.isEmpty()) {
            throw new IllegalArgumentException("'" + uri + "' names no bucket");
        }
        return new ObjectUri(scheme, bucket, slash < 0 ? "" : rest.substring(slash + 1));
    }

    /// A key below this one: `minio://b/root` + `a/b` → `minio://b/root/a/b`.
    public ObjectUri resolve(String child) {
        return new ObjectUri(scheme, bucket, key.isEmpty() || key.endsWith("/") ? key + child : key + "/" + child);
    }

    @Override
    public String toString() {
        return scheme + "://" + bucket + "/" + key;
    }
}
