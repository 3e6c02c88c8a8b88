package io.kumiki.store.s3;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `aws-chunked`: `size[;chunk-signature=…]CRLF bytes CRLF … 0 CRLF trailers CRLF`, every signature verified as it
/// passes.
final class ChunkedBody extends InputStream {
    private static final int LONGEST_LINE = 8192;
    private static final long LARGEST_CHUNK = 1L << 30;

    private final InputStream body;
    private final @Nullable ChunkSigner signer;
    private final Map<String, String> trailers = new LinkedHashMap<>();
    private MessageDigest sha256 = Checksum.sha256();
    private @Nullable String signature;
    private long left;
    private boolean inChunk;
    private boolean done;

    /// @param signer null for unsigned chunks
    ChunkedBody(InputStream body, @Nullable ChunkSigner signer) {
        this.body = new BufferedInputStream(body, 64 * 1024);
        this.signer = signer;
    }

    /// After the end.
    Map<String, String> trailers() {
        return trailers;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (left == 0) {
            if (done) {
                return -1;
            }
            if (inChunk) {
                endChunk();
            }
            beginChunk();
        }
        int n = body.read(target, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw incomplete();
        }
        left -= n;
        if (signer != null) {
            sha256.update(target, offset, n);
        }
        return n;
    }

    private void beginChunk() throws IOException {
        String line = line();
        int semicolon = line.indexOf(';');
        String size = semicolon < 0 ? line : line.substring(0, semicolon);
        try {
            left = Long.parseLong(size.strip(), 16);
        } catch (NumberFormatException e) {
            throw S3Fault.badRequest("a chunk begins with its size in hexadecimal, found '" + size + "'");
        }
        if (left < 0 || left > LARGEST_CHUNK) {
            throw S3Fault.badRequest("a chunk has at most " + LARGEST_CHUNK + " bytes, found " + left);
        }
        signature = null;
        if (semicolon >= 0 && line.startsWith("chunk-signature=", semicolon + 1)) {
            signature =
                    line.substring(semicolon + 1 + "chunk-signature=".length()).strip();
        }
        inChunk = true;
        if (left == 0) {
            verifyChunk();
            readTrailers();
            done = true;
            if (body.read() >= 0) {
                throw S3Fault.badRequest("bytes follow the last chunk");
            }
        }
    }

    private void endChunk() throws IOException {
        if (!line().isEmpty()) {
            throw S3Fault.badRequest("a chunk ends with a line break");
        }
        verifyChunk();
        inChunk = false;
    }

    private void verifyChunk() throws S3Fault {
        if (signer != null) {
            if (signature == null) {
                throw S3Fault.denied("a signed upload has a chunk without signature");
            }
            signer.chunk(signature, HexFormat.of().formatHex(sha256.digest()));
            sha256 = Checksum.sha256();
        }
    }

    private void readTrailers() throws IOException {
        var canonical = new StringBuilder();
        String trailerSignature = null;
        for (String line = line(true); !line.isEmpty(); line = line(true)) {
            int colon = line.indexOf(':');
            if (colon < 1 || canonical.length() > LONGEST_LINE) {
                throw S3Fault.badRequest("a trailer is 'name:value', found '" + line + "'");
            }
            String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            if (name.equals("x-amz-trailer-signature")) {
                trailerSignature = value;
            } else {
                trailers.put(name, value);
                canonical.append(name).append(':').append(value).append('\n');
            }
        }
        if (signer != null && !trailers.isEmpty()) {
            if (trailerSignature == null) {
                throw S3Fault.denied("a signed upload has trailers without x-amz-trailer-signature");
            }
            byte[] hash = Checksum.sha256().digest(canonical.toString().getBytes(StandardCharsets.UTF_8));
            signer.trailer(trailerSignature, HexFormat.of().formatHex(hash));
        }
    }

    private String line() throws IOException {
        return line(false);
    }

    /// @param mayEnd some clients leave out the empty line after the trailers
    private String line(boolean mayEnd) throws IOException {
        var line = new StringBuilder();
        while (true) {
            int c = body.read();
            if (c < 0) {
                if (mayEnd && line.isEmpty()) {
                    return "";
                }
                throw incomplete();
            }
            if (c == '\n') {
                int end = line.length() - 1;
                return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
            }
            if (line.length() >= LONGEST_LINE) {
                throw S3Fault.badRequest("a chunk's line is longer than " + LONGEST_LINE + " bytes");
            }
            line.append((char) c);
        }
    }

    private static S3Fault incomplete() {
        return new S3Fault(400, "IncompleteBody", "the body ends inside a chunk");
    }
}
