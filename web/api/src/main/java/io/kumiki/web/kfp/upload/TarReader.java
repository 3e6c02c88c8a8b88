package io.kumiki.web.kfp.upload;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads the headers of a tar stream: ustar, GNU long names and pax paths. POSIX.1-2001, section pax, "ustar
/// Interchange Format".
final class TarReader implements AutoCloseable {
    private static final int BLOCK = 512;
    private static final int LONGEST_NAME = 64 * 1024;

    /// @param type the header's type flag
    record Entry(String name, char type) {
        boolean file() {
            return type == '0' || type == '\0' || type == '7';
        }

        /// Links, devices and pipes: nothing that a pipeline package needs.
        boolean link() {
            return !file() && type != '5';
        }
    }

    private final InputStream in;
    private long left;
    private long padding;

    TarReader(InputStream in) {
        this.in = in;
    }

    /// The next entry, its content not yet read; `null` at the end.
    @Nullable
    Entry next() throws IOException {
        in.skipNBytes(left + padding);
        String longName = null;
        while (true) {
            byte[] header = in.readNBytes(BLOCK);
            if (header.length == 0 || allZero(header)) {
                return null;
            }
            if (header.length < BLOCK || !checksumHolds(header)) {
                throw new IOException("a tar header is damaged");
            }
            long size = octal(header, 124, 12);
            char type = (char) header[156];
            left = size;
            padding = (BLOCK - size % BLOCK) % BLOCK;
            if (type == 'L' || type == 'x' || type == 'g') {
                String text = new String(text(size), StandardCharsets.UTF_8);
                longName = type == 'L' ? text.replace("\0", "") : type == 'x' ? paxPath(text, longName) : longName;
                continue;
            }
            String prefix = string(header, 345, 155);
            String plain = string(header, 0, 100);
            return new Entry(longName != null ? longName : prefix.isEmpty() ? plain : prefix + "/" + plain, type);
        }
    }

    /// The current entry's bytes.
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] b, int off, int len) throws IOException {
                if (left == 0) {
                    return -1;
                }
                int n = in.read(b, off, (int) Math.min(len, left));
                if (n < 0) {
                    throw new EOFException("it ends inside an entry");
                }
                left -= n;
                return n;
            }
        };
    }

    private byte[] text(long size) throws IOException {
        if (size > LONGEST_NAME) {
            throw new IOException("a tar entry's name is longer than " + LONGEST_NAME + " bytes");
        }
        byte[] bytes = in.readNBytes((int) size);
        in.skipNBytes(padding);
        left = 0;
        padding = 0;
        return bytes;
    }

    private static @Nullable String paxPath(String records, @Nullable String otherwise) {
        for (String line : records.split("\n", -1)) {
            int at = line.indexOf(" path=");
            if (at > 0) {
                return line.substring(at + 6);
            }
        }
        return otherwise;
    }

    private static boolean allZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean checksumHolds(byte[] header) throws IOException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        return sum == octal(header, 148, 8);
    }

    private static long octal(byte[] header, int from, int length) throws IOException {
        String text = string(header, from, length).strip();
        if (text.isEmpty()) {
            return 0;
        }
        try {
            long value = Long.parseLong(text, 8);
            if (value < 0) {
                throw new IOException("a tar header holds a negative number");
            }
            return value;
        } catch (NumberFormatException e) {
            throw new IOException("a tar header holds no octal number where one is due", e);
        }
    }

    private static String string(byte[] header, int from, int length) {
        byte[] field = Arrays.copyOfRange(header, from, from + length);
        int end = 0;
        while (end < field.length && field[end] != 0) {
            end++;
        }
        return new String(field, 0, end, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
