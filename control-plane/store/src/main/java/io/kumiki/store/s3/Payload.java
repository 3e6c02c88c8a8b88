package io.kumiki.store.s3;

import java.io.InputStream;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// From the headers of a verified request: how its body is unwrapped and what it has to prove.
final class Payload {
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{64}");

    private Payload() {}

    static CheckedBody of(Asked asked, Verified verified, InputStream wire) throws S3Fault {
        String kind = verified.payload();
        boolean chunked = kind.startsWith("STREAMING-");
        long length = length(asked, chunked ? "x-amz-decoded-content-length" : "Content-Length");
        if (chunked && length < 0) {
            throw new S3Fault(411, "MissingContentLength", "a chunked upload carries x-amz-decoded-content-length");
        }
        var body = new CheckedBody(chunked ? new ChunkedBody(wire, signer(kind, verified)) : wire, length);
        if (!chunked && !kind.equals(SignatureV4.UNSIGNED)) {
            if (!HEX.matcher(kind).matches()) {
                throw S3Fault.argument("x-amz-content-sha256 is a SHA-256 in hexadecimal or " + SignatureV4.UNSIGNED
                        + ", found '" + kind + "'");
            }
            body.expectSignedSha256(kind);
        }
        expectChecksums(asked, body, chunked);
        return body;
    }

    private static @Nullable ChunkSigner signer(String kind, Verified verified) throws S3Fault {
        return switch (kind) {
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER" -> null;
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" -> {
                if (verified.chunks() == null) {
                    throw S3Fault.badRequest("signed chunks need Signature Version 4");
                }
                yield verified.chunks();
            }
            default -> throw S3Fault.notImplemented("x-amz-content-sha256 " + kind);
        };
    }

    private static void expectChecksums(Asked asked, CheckedBody body, boolean chunked) throws S3Fault {
        String md5 = asked.header("Content-MD5");
        if (md5 != null) {
            if (md5.length() != 24) {
                throw new S3Fault(400, "InvalidDigest", "Content-MD5 is 16 bytes in base64, found '" + md5 + "'");
            }
            body.expect("md5", md5);
        }
        for (String name : asked.headers().names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith(CheckedBody.PREFIX)
                    && !lower.equals("x-amz-checksum-mode")
                    && !lower.equals("x-amz-checksum-algorithm")
                    && !lower.equals("x-amz-checksum-type")) {
                body.expect(lower.substring(CheckedBody.PREFIX.length()), asked.header(name, ""));
            }
        }
        if (chunked) {
            for (String trailer : asked.header("x-amz-trailer", "").split(",")) {
                String lower = trailer.strip().toLowerCase(Locale.ROOT);
                if (lower.startsWith(CheckedBody.PREFIX)) {
                    body.compute(lower.substring(CheckedBody.PREFIX.length()));
                } else if (!lower.isEmpty()) {
                    throw S3Fault.notImplemented("the trailer " + lower);
                }
            }
        }
    }

    private static long length(Asked asked, String name) throws S3Fault {
        String text = asked.header(name);
        if (text == null) {
            return -1;
        }
        try {
            long length = Long.parseLong(text.strip());
            if (length >= 0) {
                return length;
            }
        } catch (NumberFormatException e) {
            // Answered below.
        }
        throw S3Fault.argument(name + " is a number of bytes, found '" + text + "'");
    }
}
