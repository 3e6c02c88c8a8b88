package io.kumiki.store.s3;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The checksum algorithms of S3, by the names in `x-amz-checksum-…`.
interface Checksum {
    void update(byte[] bytes, int offset, int length);

    byte[] value();

    static @Nullable Checksum of(String algorithm) {
        return switch (algorithm.toLowerCase(Locale.ROOT)) {
            case "crc32" -> new Crc(new CRC32());
            case "crc32c" -> new Crc(new CRC32C());
            case "crc64nvme" -> new Crc64();
            case "sha1" -> new Digest("SHA-1");
            case "sha256" -> new Digest("SHA-256");
            case "md5" -> new Digest("MD5");
            default -> null;
        };
    }

    static MessageDigest sha256() {
        return Digest.digest("SHA-256");
    }

    final class Crc implements Checksum {
        private final java.util.zip.Checksum crc;

        Crc(java.util.zip.Checksum crc) {
            this.crc = crc;
        }

        @Override
        public void update(byte[] bytes, int offset, int length) {
            crc.update(bytes, offset, length);
        }

        @Override
        public byte[] value() {
            return ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
        }
    }

    final class Digest implements Checksum {
        private final MessageDigest digest;

        Digest(String algorithm) {
            this.digest = digest(algorithm);
        }

        static MessageDigest digest(String algorithm) {
            try {
                return MessageDigest.getInstance(algorithm);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has " + algorithm, e);
            }
        }

        @Override
        public void update(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        public byte[] value() {
            return digest.digest();
        }
    }

    /// CRC-64/NVME, reflected.
    final class Crc64 implements Checksum {
        private static final long[] TABLE = table();
        private long crc = -1;

        private static long[] table() {
            long[] table = new long[256];
            Arrays.setAll(table, i -> {
                long c = i;
                for (int bit = 0; bit < 8; bit++) {
                    c = (c & 1) == 0 ? c >>> 1 : c >>> 1 ^ 0x9a6c9329ac4bc9b5L;
                }
                return c;
            });
            return table;
        }

        @Override
        public void update(byte[] bytes, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                crc = TABLE[(int) (crc ^ bytes[i]) & 0xff] ^ crc >>> 8;
            }
        }

        @Override
        public byte[] value() {
            return ByteBuffer.allocate(8).putLong(~crc).array();
        }
    }
}
