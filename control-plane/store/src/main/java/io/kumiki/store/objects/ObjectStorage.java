package io.kumiki.store.objects;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Buckets of objects. Blocking; callable from any thread. What `put`, `copy` and `complete` returned is on disk.
public interface ObjectStorage extends AutoCloseable {
    record Bucket(String name, Instant createdAt) {}

    /// Repeating is harmless; the result says whether it was new.
    boolean createBucket(String bucket);

    boolean hasBucket(String bucket);

    List<Bucket> buckets();

    /// Refused while it holds objects.
    void deleteBucket(String bucket);

    /// Reads the stream to its end. When the stream throws, nothing is stored and what was there before stays.
    ObjectHead put(String bucket, String key, InputStream body, Attributes attributes) throws IOException;

    default ObjectHead put(String bucket, String key, byte[] body, Attributes attributes) {
        try {
            return put(bucket, key, new java.io.ByteArrayInputStream(body), attributes);
        } catch (IOException e) {
            throw new ObjectFault(
                    ObjectFault.Code.IO, "could not store " + bucket + "/" + key + ": " + e.getMessage(), e);
        }
    }

    default ObjectHead put(String bucket, String key, byte[] body) {
        return put(bucket, key, body, Attributes.NONE);
    }

    /// NO_SUCH_KEY when absent.
    StoredObject get(String bucket, String key);

    /// From offset, at most length bytes, cut at the object's end.
    StoredObject get(String bucket, String key, long offset, long length);

    @Nullable
    ObjectHead head(String bucket, String key);

    /// Keys in UTF-8 binary order that start with prefix and come after `after`.
    Listing list(String bucket, String prefix, String after, int limit);

    /// Keys with the delimiter behind the prefix are rolled up into folders.
    Listing list(String bucket, String prefix, String delimiter, String after, int limit);

    /// False when there was none.
    boolean delete(String bucket, String key);

    /// Bytes are shared where the file system can. Null attributes keep the source's.
    ObjectHead copy(String bucket, String key, String toBucket, String toKey, @Nullable Attributes attributes);

    /// Uploads in parts.
    Uploads uploads();

    @Override
    void close();
}
