package io.kumiki.web.kfp.upload;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Archives for tests, good and hostile.
public final class Archives {
    private Archives() {}

    public static byte[] zip(Map<String, byte[]> entries) {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// The same zip with the first central entry's mode made a symbolic link's, as Info-ZIP writes it.
    public static byte[] asLink(byte[] zip) {
        byte[] out = zip.clone();
        for (int i = 0; i < out.length - 46; i++) {
            if (out[i] == 'P' && out[i + 1] == 'K' && out[i + 2] == 1 && out[i + 3] == 2) {
                out[i + 5] = 3;
                int attributes = 0120777 << 16;
                for (int b = 0; b < 4; b++) {
                    out[i + 38 + b] = (byte) (attributes >>> (8 * b));
                }
                return out;
            }
        }
        throw new IllegalArgumentException("no central directory");
    }

    /// @param types the type flag of each entry, by name
    public static byte[] tarGz(Map<String, byte[]> entries, Map<String, Character> types) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            for (var entry : entries.entrySet()) {
                char type = types.getOrDefault(entry.getKey(), '0');
                gzip.write(header(entry.getKey(), entry.getValue().length, type));
                gzip.write(entry.getValue());
                gzip.write(new byte[(512 - entry.getValue().length % 512) % 512]);
            }
            gzip.write(new byte[1024]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] header(String name, long size, char type) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 124, String.format("%011o", size));
        put(header, 136, "00000000000");
        header[156] = (byte) type;
        put(header, 257, "ustar\00000");
        put(header, 148, "        ");
        long sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format("%06o\0 ", sum));
        return header;
    }

    private static void put(byte[] into, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, into, at, bytes.length);
    }
}
