package io.kumiki.store.objects;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;

/// Objects that arrive in parts.
public interface Uploads {
    int LARGEST_PART_NUMBER = 10_000;

    record Upload(String id, String bucket, String key, Instant createdAt, Attributes attributes) {}

    record Part(int number, long size, String etag, Instant modified) {}

    /// What the client names when it completes.
    record PartRef(int number, String etag) {}

    Upload create(String bucket, String key, Attributes attributes);

    /// NO_SUCH_UPLOAD when unknown, or of another key.
    Upload get(String id, String bucket, String key);

    /// The last one of a number wins.
    Part put(Upload upload, int number, InputStream body) throws IOException;

    List<Part> parts(Upload upload, int afterNumber, int limit);

    ObjectHead complete(Upload upload, List<PartRef> parts);

    void abort(Upload upload);

    List<Upload> list(String bucket, String prefix, int limit);
}
