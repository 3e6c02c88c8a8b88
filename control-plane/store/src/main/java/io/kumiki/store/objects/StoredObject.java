package io.kumiki.store.objects;

import java.io.IOException;
import java.io.InputStream;

/// An object opened for reading. Overwriting or deleting the key meanwhile does not disturb it.
///
/// @param length bytes the stream will give: the whole size, or the range's
public record StoredObject(ObjectHead head, long offset, long length, InputStream body) implements AutoCloseable {
    public byte[] bytes() throws IOException {
        return body.readAllBytes();
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
