package io.kumiki.localcluster.api.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PodConnection.Channels;
import io.kumiki.kube.PodSessions.Session;
import io.kumiki.model.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One process on one WebSocket: the first byte of each message names the stream it belongs to. Its threads are the
/// system's, because a terminal waits in the C library, where a virtual thread would hold up others.
final class RemoteCommand {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteCommand.class);
    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;
    private static final int CLOSE = 255;
    private static final int CHUNK = 32 * 1024;
    /// A child that the process left behind may hold its output open.
    private static final Duration LAST_OUTPUT = Duration.ofSeconds(2);

    private final SocketMessages socket;
    private final Channels channels;
    private final Session session;
    private final boolean closes;

    /// @param closes whether the client can close one stream (v5)
    RemoteCommand(SocketMessages socket, Channels channels, Session session, boolean closes) {
        this.socket = socket;
        this.channels = channels;
        this.session = session;
        this.closes = closes;
    }

    /// Until the process has ended, or the client has gone.
    void run() throws IOException, InterruptedException {
        // An empty message tells clients that wait for the first one that they are connected.
        socket.send(new byte[] {channels.stdout() ? (byte) STDOUT : (byte) ERROR});
        Thread input = Thread.ofPlatform().daemon().name("session input").start(this::input);
        List<Thread> output = new ArrayList<>();
        output.add(pump(STDOUT, session.stdout(), channels.stdout()));
        output.add(pump(STDERR, session.stderr(), channels.stderr()));
        try {
            int code = session.await();
            for (Thread each : output) {
                each.join(LAST_OUTPUT);
            }
            byte[] status = Json.bytes(status(code));
            byte[] message = new byte[status.length + 1];
            message[0] = ERROR;
            System.arraycopy(status, 0, message, 1, status.length);
            socket.send(message);
        } finally {
            session.close();
            input.interrupt();
        }
    }

    private void input() {
        OutputStream stdin = session.stdin();
        try {
            if (!channels.stdin()) {
                stdin.close();
            }
            for (byte[] message = socket.take(); message != null; message = socket.take()) {
                if (message.length > 0) {
                    hear(message, stdin);
                }
            }
            // The client is gone, and nobody else knows of this process.
            session.close();
        } catch (IOException e) {
            drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The process reads no more; the client is still listened to, so that its leaving is noticed.
    private void drain() {
        try {
            byte[] message = socket.take();
            while (message != null) {
                if (message.length > 0 && (message[0] & 0xff) == RESIZE) {
                    resize(message);
                }
                message = socket.take();
            }
            session.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void hear(byte[] message, OutputStream stdin) throws IOException {
        int channel = message[0] & 0xff;
        if (channel == STDIN && channels.stdin()) {
            stdin.write(message, 1, message.length - 1);
            stdin.flush();
        } else if (channel == RESIZE) {
            resize(message);
        } else if (channel == CLOSE && closes && message.length == 2 && message[1] == STDIN) {
            stdin.close();
        }
    }

    private void resize(byte[] message) {
        try {
            JsonNode size = Json.parse(Arrays.copyOfRange(message, 1, message.length));
            session.resize(size.path("Width").asInt(), size.path("Height").asInt());
        } catch (Json.Malformed e) {
            LOG.debug("a terminal size that is no JSON: {}", e.getMessage());
        }
    }

    private Thread pump(int channel, InputStream from, boolean wanted) {
        return Thread.ofPlatform().daemon().name("session output").start(() -> {
            byte[] chunk = new byte[CHUNK];
            chunk[0] = (byte) channel;
            try {
                for (int n = from.read(chunk, 1, CHUNK - 1); n >= 0; n = from.read(chunk, 1, CHUNK - 1)) {
                    if (wanted && n > 0) {
                        socket.send(chunk, 0, n + 1);
                    }
                }
            } catch (IOException e) {
                LOG.debug("the output of a session ended: {}", e.toString());
            }
        });
    }

    static ObjectNode status(int code) {
        ObjectNode status = Json.object();
        status.putObject("metadata");
        if (code == 0) {
            return status.put("status", "Success");
        }
        status.put("status", "Failure")
                .put("message", "command terminated with non-zero exit code: exit status " + code)
                .put("reason", "NonZeroExitCode");
        status.putObject("details")
                .putArray("causes")
                .addObject()
                .put("reason", "ExitCode")
                .put("message", Integer.toString(code));
        return status;
    }

    /// Tells why the session could not begin, where the client looks for it.
    static void refuse(SocketMessages socket, ApiFault fault) throws IOException {
        byte[] status = Json.bytes(fault.status());
        byte[] message = new byte[status.length + 1];
        message[0] = ERROR;
        System.arraycopy(status, 0, message, 1, status.length);
        socket.send(message);
    }
}
