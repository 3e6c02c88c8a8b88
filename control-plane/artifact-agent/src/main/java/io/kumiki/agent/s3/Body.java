package io.kumiki.agent.s3;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;

/// What a request carries, with the hash that its signature needs; files are read twice instead of being held in
/// memory.
record Body(HttpRequest.BodyPublisher publisher, String sha256) {
    static final Body NONE = new Body(HttpRequest.BodyPublishers.noBody(), SigV4.sha256(new byte[0]));

    static Body of(byte[] bytes) {
        return new Body(HttpRequest.BodyPublishers.ofByteArray(bytes), SigV4.sha256(bytes));
    }

    static Body of(Path file) {
        try {
            return new Body(HttpRequest.BodyPublishers.ofFile(file), hash(file, 0, Long.MAX_VALUE));
        } catch (FileNotFoundException e) {
            throw new S3Failure("could not read " + file, e);
        }
    }

    /// One part of a file.
    static Body of(Path file, long from, long length) {
        var publisher = HttpRequest.BodyPublishers.ofInputStream(() -> {
            try {
                return slice(file, from, length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return new Body(HttpRequest.BodyPublishers.fromPublisher(publisher, length), hash(file, from, length));
    }

    private static String hash(Path file, long from, long length) {
        var digest = SigV4.digest();
        try (var in = slice(file, from, length)) {
            var buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        } catch (IOException e) {
            throw new S3Failure("could not read " + file + ": " + e.getMessage(), e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static InputStream slice(Path file, long from, long length) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.READ);
        channel.position(from);
        return new InputStream() {
            private long left = length;

            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] to, int at, int wanted) throws IOException {
                if (left == 0) {
                    return -1;
                }
                int n = channel.read(ByteBuffer.wrap(to, at, (int) Math.min(wanted, left)));
                left -= Math.max(n, 0);
                return n;
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
