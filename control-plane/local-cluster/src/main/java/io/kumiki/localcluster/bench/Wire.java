package io.kumiki.localcluster.bench;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// One keep-alive connection, HTTP/1.1 over TLS. Written by hand so that the client costs as little as it can: on a
/// small machine it shares the cores with the server it measures. Meant for one (virtual) thread.
public final class Wire implements AutoCloseable {
    /// @param firstByte nanoseconds from the request to the first byte of the body
    public record Answer(int status, long bytes, long firstByte, long lastByte) {}

    /// Hears bytes of a body as they come.
    public interface Sink {
        /// Returns false to stop reading.
        boolean bytes(byte[] buffer, int from, int length);
    }

    private static final byte[] NONE = {};

    private final Endpoint endpoint;
    private final SSLSocket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer;
    private int at;
    private int end;

    public Wire(Endpoint endpoint, int bufferBytes) throws IOException {
        this.endpoint = endpoint;
        this.socket = (SSLSocket) endpoint.tls().getSocketFactory().createSocket(endpoint.host(), endpoint.port());
        socket.setTcpNoDelay(true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        // Now, not with the first request: it is not what is measured, and a server waits for it only so long.
        socket.startHandshake();
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
        this.buffer = new byte[bufferBytes];
    }

    public int post(String path, byte[] body) throws IOException {
        return exchange("POST", path, body, (b, from, length) -> true).status();
    }

    public Answer get(String path) throws IOException {
        return exchange("GET", path, NONE, (b, from, length) -> true);
    }

    public int delete(String path) throws IOException {
        return exchange("DELETE", path, NONE, (b, from, length) -> true).status();
    }

    /// A body that does not end by itself.
    public Answer stream(String path, Sink sink) throws IOException {
        return exchange("GET", path, NONE, sink);
    }

    /// What came back, whole.
    public record Reply(int status, byte[] body) {}

    /// @param type of the body: patches have several
    public Reply send(String method, String path, String type, byte[] body) throws IOException {
        var whole = new ByteArrayOutputStream();
        Answer answer = exchange(method, path, type, body, (bytes, from, length) -> {
            whole.write(bytes, from, length);
            return true;
        });
        return new Reply(answer.status(), whole.toByteArray());
    }

    private Answer exchange(String method, String path, byte[] body, Sink sink) throws IOException {
        return exchange(method, path, "application/json", body, sink);
    }

    private Answer exchange(String method, String path, String type, byte[] body, Sink sink) throws IOException {
        byte[] head = (method + " " + path + " HTTP/1.1\r\nHost: " + endpoint.host() + "\r\nAuthorization: Bearer "
                        + endpoint.token()
                        + "\r\n"
                        + "Content-Type: " + type + "\r\n"
                        + "Accept: application/json\r\n"
                        + "User-Agent: bench\r\n"
                        + "Content-Length: "
                        + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] whole = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, whole, head.length, body.length);
        long start = System.nanoTime();
        out.write(whole);
        out.flush();
        String status = line();
        long length = 0;
        boolean chunked = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(lower.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:")) {
                chunked = true;
            }
        }
        int code = Integer.parseInt(status.substring(9, 12));
        long[] first = {0};
        Sink timed = (bytes, from, n) -> {
            first[0] = first[0] == 0 ? System.nanoTime() - start : first[0];
            return sink.bytes(bytes, from, n);
        };
        long bytes = chunked ? chunks(timed) : fixed(length, timed) ? length : -1;
        return new Answer(code, bytes, first[0], System.nanoTime() - start);
    }

    private long chunks(Sink sink) throws IOException {
        long all = 0;
        while (true) {
            int size = Integer.parseInt(line().strip(), 16);
            boolean more = fixed(size, sink);
            if (!more) {
                return all;
            }
            line();
            if (size == 0) {
                return all;
            }
            all += size;
        }
    }

    private boolean fixed(long length, Sink sink) throws IOException {
        long left = length;
        while (left > 0) {
            if (at == end) {
                fill();
            }
            int n = (int) Math.min(left, end - at);
            int from = at;
            at += n;
            left -= n;
            if (!sink.bytes(buffer, from, n)) {
                return false;
            }
        }
        return true;
    }

    private String line() throws IOException {
        var text = new StringBuilder(64);
        while (true) {
            if (at == end) {
                fill();
            }
            char c = (char) (buffer[at++] & 0xFF);
            if (c == '\n') {
                return text.toString();
            }
            if (c != '\r') {
                text.append(c);
            }
        }
    }

    private void fill() throws IOException {
        int n = in.read(buffer, 0, buffer.length);
        if (n < 0) {
            throw new EOFException("the server closed the connection");
        }
        at = 0;
        end = n;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
