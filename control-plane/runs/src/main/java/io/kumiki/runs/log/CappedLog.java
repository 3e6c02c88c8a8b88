package io.kumiki.runs.log;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A log of any length as at most `limit` bytes: its first and its last half, with a line between them that says
/// what is missing.
/// Short logs stay in memory; long ones pass through a temporary file of that size.
final class CappedLog implements AutoCloseable {
    private static final int IN_MEMORY = 1 << 20;

    private final InputStream in;
    private final long limit;
    private final long half;
    private @Nullable FileChannel file;
    private @Nullable Path path;

    CappedLog(InputStream in, long limit) {
        this.in = in;
        this.limit = limit;
        this.half = limit / 2;
    }

    InputStream open() throws IOException {
        byte[] start = in.readNBytes((int) Math.min(IN_MEMORY, limit));
        byte[] next = start.length < Math.min(IN_MEMORY, limit) ? new byte[0] : in.readNBytes(1);
        if (next.length == 0) {
            return new ByteArrayInputStream(start);
        }
        path = Files.createTempFile("kumiki-log", null);
        file = FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        long total = append(0, start);
        total = append(total, next);
        var buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            total = append(total, java.util.Arrays.copyOf(buffer, n));
        }
        return assembled(total);
    }

    /// The first half stays where it is; everything after it goes round in the second half.
    private long append(long total, byte[] bytes) throws IOException {
        int done = 0;
        while (done < bytes.length) {
            long at = place(total);
            int n = (int) Math.min(bytes.length - done, (at < half ? half : limit) - at);
            var part = ByteBuffer.wrap(bytes, done, n);
            for (long to = at; part.hasRemaining(); ) {
                to += channel().write(part, to);
            }
            total += n;
            done += n;
        }
        return total;
    }

    private long place(long offset) {
        return offset < half ? offset : half + (offset - half) % (limit - half);
    }

    private InputStream assembled(long total) throws IOException {
        if (total <= limit) {
            return slice(0, total);
        }
        long split = place(total);
        var gap = "\n… " + (total - limit) + " of " + total + " bytes left out here …\n";
        return new SequenceInputStream(Collections.enumeration(List.of(
                slice(0, half),
                new ByteArrayInputStream(gap.getBytes(StandardCharsets.UTF_8)),
                slice(split, limit),
                slice(half, split))));
    }

    private InputStream slice(long from, long to) throws IOException {
        var channel = channel();
        var whole = new InputStream() {
            private long at = from;

            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] b, int off, int len) throws IOException {
                if (at >= to) {
                    return -1;
                }
                int n = channel.read(ByteBuffer.wrap(b, off, (int) Math.min(len, to - at)), at);
                at += Math.max(n, 0);
                return n;
            }
        };
        return whole;
    }

    private FileChannel channel() throws IOException {
        if (file == null) {
            throw new IOException("the log is closed");
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        in.close();
        if (file != null) {
            file.close();
        }
    }
}
