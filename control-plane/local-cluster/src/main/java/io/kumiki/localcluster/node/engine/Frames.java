package io.kumiki.localcluster.node.engine;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// The engine's stream of a container without a terminal: frames of 8 bytes head (stream number, three zeros, length)
/// and their content. A frame is never held whole, however long it says it is.
final class Frames {
    static final int OUT = 1;
    static final int ERR = 2;
    private static final int HEAD = 8;

    private final DataInputStream from;
    private int stream;
    private long left;

    Frames(InputStream from) {
        this.from = new DataInputStream(from);
    }

    /// Some bytes of one frame: how many, or -1 at the end. [#stream] says whose they are.
    int read(byte[] into, int offset, int length) throws IOException {
        while (left == 0) {
            if (!head()) {
                return -1;
            }
        }
        int n = from.read(into, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw new EOFException("the engine's output ends in the middle of a frame");
        }
        left -= n;
        return n;
    }

    int stream() {
        return stream;
    }

    private boolean head() throws IOException {
        byte[] head = new byte[HEAD];
        int first = from.read();
        if (first < 0) {
            return false;
        }
        head[0] = (byte) first;
        from.readFully(head, 1, HEAD - 1);
        if (first > 3 || head[1] != 0 || head[2] != 0 || head[3] != 0) {
            throw new IOException("the engine's output is not in frames");
        }
        stream = first;
        left = (head[4] & 0xffL) << 24 | (head[5] & 0xff) << 16 | (head[6] & 0xff) << 8 | (head[7] & 0xff);
        return true;
    }

    /// Both streams as one, in the order in which the engine tells them.
    static InputStream merged(InputStream from) {
        Frames frames = new Frames(from);
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return length == 0 ? 0 : frames.read(into, offset, length);
            }

            @Override
            public void close() throws IOException {
                from.close();
            }
        };
    }
}
