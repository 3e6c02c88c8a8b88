package io.kumiki.localcluster.node.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A connection that stops being HTTP once the engine has answered its POST: what follows are the bytes of a process.
/// A plain socket, for Vert.x gives such a connection to GET and CONNECT only and cannot close one direction of it.
final class Hijacked implements AutoCloseable {
    private static final int LONGEST_HEAD = 16 * 1024;
    private static final int LONGEST_REFUSAL = 64 * 1024;

    private final SocketChannel channel;
    private final InputStream in;

    private Hijacked(SocketChannel channel) {
        this.channel = channel;
        this.in = Channels.newInputStream(channel);
    }

    /// @param body null for none: what is not wanted for a body would be taken for the process's input
    /// @param limit until the engine has answered
    static Hijacked open(Path socket, String path, @Nullable JsonNode body, Duration limit) throws IOException {
        Hijacked hijacked = new Hijacked(SocketChannel.open(StandardProtocolFamily.UNIX));
        CompletableFuture<Void> answered = new CompletableFuture<>();
        Thread asking = Thread.ofVirtual().name("engine " + path).start(() -> {
            try {
                hijacked.ask(socket, path, body);
                answered.complete(null);
            } catch (IOException e) {
                answered.completeExceptionally(e);
            }
        });
        try {
            answered.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return hijacked;
        } catch (TimeoutException e) {
            hijacked.close();
            throw new EngineFault(
                    0, "no answer to POST " + path.replaceAll("\\?.*", "") + " within " + limit.toMillis() + " ms");
        } catch (ExecutionException e) {
            hijacked.close();
            throw e.getCause() instanceof IOException fault ? fault : new IOException(e.getCause());
        } catch (InterruptedException e) {
            asking.interrupt();
            hijacked.close();
            Thread.currentThread().interrupt();
            throw new EngineFault(0, "interrupted while opening a connection to the engine");
        }
    }

    private void ask(Path socket, String path, @Nullable JsonNode body) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(socket));
        byte[] content = body == null ? new byte[0] : Json.bytes(body);
        String head = "POST " + path + " HTTP/1.1\r\nHost: engine\r\nContent-Type: application/json\r\n"
                + "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: " + content.length + "\r\n\r\n";
        write(head.getBytes(StandardCharsets.US_ASCII), 0, head.length());
        write(content, 0, content.length);
        String answer = head();
        String[] words = answer.split("[ \r\n]", 4);
        int status = words.length > 2 && words[1].matches("[0-9]{3}") ? Integer.parseInt(words[1]) : 0;
        if (status != 101 && status != 200) {
            throw new EngineFault(status, EngineWire.message(status, refusal(answer)));
        }
    }

    private String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int ends = 0;
        while (ends < 2) {
            int b = in.read();
            if (b < 0 || head.size() == LONGEST_HEAD) {
                throw new EngineFault(0, "the engine's answer has no end of its head");
            }
            head.write(b);
            ends = b == '\n' ? ends + 1 : b == '\r' ? ends : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private byte[] refusal(String head) throws IOException {
        for (String line : head.toLowerCase(Locale.ROOT).split("\r?\n")) {
            if (line.matches("content-length: *[0-9]{1,9} *")) {
                int length =
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
                return in.readNBytes(Math.min(length, LONGEST_REFUSAL));
            }
        }
        return new byte[0];
    }

    private void write(byte[] bytes, int from, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    InputStream input() {
        return in;
    }

    /// Closing it ends this direction only.
    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                Hijacked.this.write(bytes, from, length);
            }

            @Override
            public void close() throws IOException {
                if (channel.isOpen()) {
                    channel.shutdownOutput();
                }
            }
        };
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
