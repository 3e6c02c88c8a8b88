package io.kumiki.store.s3;

import io.kumiki.store.objects.VerifiedBody;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A body and what was promised about it: length, Content-MD5, the signed SHA-256, `x-amz-checksum-…` in headers or
/// trailers.
final class CheckedBody extends VerifiedBody {
    static final String PREFIX = "x-amz-checksum-";

    private final InputStream body;
    private final @Nullable ChunkedBody trailers;
    private final long declaredLength;
    private final Map<String, Checksum> running = new LinkedHashMap<>();
    private final Map<String, String> promised = new LinkedHashMap<>();
    private final Map<String, String> proven = new LinkedHashMap<>();
    private @Nullable String signedSha256;
    private long count;
    private boolean checked;

    /// @param declaredLength of the payload itself, -1 when unknown
    CheckedBody(InputStream body, long declaredLength) {
        this.body = body;
        this.trailers = body instanceof ChunkedBody chunked ? chunked : null;
        this.declaredLength = declaredLength;
    }

    void expect(String algorithm, String base64) throws S3Fault {
        promised.put(algorithm, base64);
        compute(algorithm);
    }

    /// A trailer will bring the value.
    void compute(String algorithm) throws S3Fault {
        Checksum checksum = Checksum.of(algorithm);
        if (checksum == null) {
            throw S3Fault.notImplemented("the checksum algorithm " + algorithm);
        }
        running.putIfAbsent(algorithm, checksum);
    }

    void expectSignedSha256(String hex) {
        signedSha256 = hex;
        running.putIfAbsent("signed", new Checksum.Digest("SHA-256"));
    }

    @Override
    public Map<String, String> checksums() {
        return proven;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int n = body.read(target, offset, length);
        if (n > 0) {
            count += n;
            if (declaredLength >= 0 && count > declaredLength) {
                throw new S3Fault(400, "IncompleteBody", "declared " + declaredLength + " bytes, found more");
            }
            for (Checksum checksum : running.values()) {
                checksum.update(target, offset, n);
            }
        } else if (n < 0 && !checked) {
            checked = true;
            check();
        }
        return n;
    }

    private void check() throws IOException {
        if (declaredLength >= 0 && count != declaredLength) {
            throw new S3Fault(400, "IncompleteBody", "declared " + declaredLength + " bytes, found " + count);
        }
        if (trailers != null) {
            trailers.trailers().forEach((name, value) -> {
                if (name.startsWith(PREFIX)) {
                    promised.put(name.substring(PREFIX.length()), value);
                }
            });
        }
        for (var entry : running.entrySet()) {
            byte[] value = entry.getValue().value();
            String algorithm = entry.getKey();
            if (algorithm.equals("signed")) {
                checkSigned(value);
                continue;
            }
            String wanted = promised.get(algorithm);
            String found = Base64.getEncoder().encodeToString(value);
            if (wanted == null) {
                throw S3Fault.badRequest("the trailer " + PREFIX + algorithm + " was announced and is missing");
            }
            if (!wanted.equals(found)) {
                throw new S3Fault(
                        400,
                        "BadDigest",
                        "the " + algorithm.toUpperCase(Locale.ROOT) + " sent is " + wanted
                                + ", that of the bytes received is " + found);
            }
            if (!algorithm.equals("md5")) {
                proven.put(algorithm, found);
            }
        }
    }

    private void checkSigned(byte[] value) throws S3Fault {
        byte[] found = HexFormat.of().formatHex(value).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        String wanted = signedSha256;
        if (wanted == null
                || !MessageDigest.isEqual(
                        found, wanted.toLowerCase(Locale.ROOT).getBytes(java.nio.charset.StandardCharsets.US_ASCII))) {
            throw new S3Fault(
                    400, "XAmzContentSHA256Mismatch", "x-amz-content-sha256 does not match the bytes received");
        }
    }
}
