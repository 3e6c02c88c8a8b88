package io.kumiki.localcluster.node.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A socket that answers as it is told, byte for byte; what it is not told it does not answer.
final class ScriptedEngine implements AutoCloseable {
    final Path socket;
    /// `METHOD path`, then the body.
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final List<SocketChannel> open = Collections.synchronizedList(new ArrayList<>());
    private final ServerSocketChannel server;

    interface Reply {
        /// `in` is what comes after the request.
        void to(SocketChannel client, InputStream in) throws IOException;
    }

    ScriptedEngine(Path socket) throws IOException {
        this.socket = socket;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::accept);
    }

    /// @param request `METHOD path` without its query
    ScriptedEngine on(String request, Reply reply) {
        replies.put(request, reply);
        return this;
    }

    ScriptedEngine on(String request, int status, String body) {
        return on(request, (client, in) -> write(client, answer(status, body)));
    }

    static String answer(int status, String body) {
        return "HTTP/1.1 " + status + " X\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    static void write(SocketChannel client, String text) throws IOException {
        write(client, text.getBytes(StandardCharsets.UTF_8));
    }

    static void write(SocketChannel client, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            client.write(buffer);
        }
    }

    /// As HTTP's chunks.
    static byte[] chunk(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(bytes);
        out.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    static byte[] frame(int stream, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + bytes.length)
                .put((byte) stream)
                .put(new byte[3])
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (AsynchronousCloseException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(SocketChannel client) {
        try {
            InputStream in = Channels.newInputStream(client);
            while (true) {
                String head = head(in);
                if (head.isEmpty()) {
                    return;
                }
                String[] words = head.split(" ", 3);
                int length = length(head);
                String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
                asked.add(words[0] + " " + words[1] + (body.isEmpty() ? "" : " " + body));
                Reply reply = replies.get(words[0] + " " + words[1].replaceAll("\\?.*", ""));
                if (reply != null) {
                    reply.to(client, in);
                }
            }
        } catch (IOException e) {
            // The client went away, or the test is over.
            open.remove(client);
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.append((char) b);
            if (head.toString().endsWith("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    private static int length(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        return 0;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel client : List.copyOf(open)) {
            client.close();
        }
    }
}
