package io.kumiki.store.objects;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A range over one or more blobs, opened one after the other.
final class BlobStream extends InputStream {
    record Segment(String blob, long size) {}

    private final Blobs blobs;
    private final Iterator<Segment> following;
    private final Runnable atClose;
    private @Nullable FileChannel current;
    private long remaining;
    private boolean closed;

    /// @param first the first needed segment, already open and positioned
    BlobStream(Blobs blobs, FileChannel first, List<Segment> following, long length, Runnable atClose) {
        this.blobs = blobs;
        this.current = first;
        this.following = following.iterator();
        this.remaining = length;
        this.atClose = atClose;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (remaining > 0) {
            FileChannel channel = current;
            if (channel == null) {
                if (!following.hasNext()) {
                    throw new IOException("an object is shorter on disk than its row says");
                }
                channel = blobs.open(following.next().blob());
                current = channel;
            }
            int n = channel.read(ByteBuffer.wrap(buffer, offset, (int) Math.min(length, remaining)));
            if (n > 0) {
                remaining -= n;
                return n;
            }
            channel.close();
            current = null;
        }
        return -1;
    }

    @Override
    public int available() {
        return (int) Math.min(remaining, Integer.MAX_VALUE);
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        atClose.run();
        if (current != null) {
            current.close();
        }
    }
}
