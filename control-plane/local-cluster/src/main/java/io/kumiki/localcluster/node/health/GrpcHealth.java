package io.kumiki.localcluster.node.health;

import io.kumiki.localcluster.node.health.Handlers.Outcome;
import io.kumiki.localcluster.node.pod.Handler;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// `grpc.health.v1.Health/Check` over plain HTTP/2: one stream, two messages of one field each. Answers are read from
/// the data frame alone: a server that refuses (no such service, not implemented) sends none, and its reason stays in
/// the trailers, which nobody needs to know to say "not healthy".
final class GrpcHealth {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String[] STATUS = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
    private static final int LONGEST = 1 << 16;

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private GrpcHealth() {}

    static Outcome ask(Handler.Grpc grpc, String host, Duration timeout) throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        try (Socket socket = Handlers.connect(host, grpc.port(), timeout)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(PREFACE);
            frame(out, SETTINGS, 0, 0, new byte[0]);
            frame(out, HEADERS, END_HEADERS, 1, headers(host + ":" + grpc.port()));
            frame(out, DATA, END_STREAM, 1, message(grpc.service()));
            socket.getOutputStream().write(out.toByteArray());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            while (System.nanoTime() < end) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                if (length > LONGEST) {
                    throw new IOException("not an HTTP/2 server");
                }
                byte[] payload = in.readNBytes(length);
                if (type == SETTINGS && (flags & ACK) == 0) {
                    reply(socket, SETTINGS, new byte[0]);
                } else if (type == PING && (flags & ACK) == 0) {
                    reply(socket, PING, payload);
                } else if (type == DATA && stream == 1 && answer.size() < LONGEST) {
                    answer.writeBytes(payload);
                } else if (type == RST_STREAM || type == GOAWAY) {
                    return new Outcome(false, "service unhealthy: the server ended the call");
                }
                if ((type == DATA || type == HEADERS) && stream == 1 && (flags & END_STREAM) != 0) {
                    return judge(answer.toByteArray());
                }
            }
            return new Outcome(
                    false, "timeout: failed to connect service \"" + host + ":" + grpc.port() + "\" in time");
        } catch (EOFException e) {
            throw new IOException("the server closed the connection; is it a gRPC server without TLS?", e);
        }
    }

    private static Outcome judge(byte[] answer) {
        if (answer.length < 5) {
            return new Outcome(false, "service unhealthy: no answer of grpc.health.v1.Health (unknown or not served)");
        }
        int status = answer.length >= 7 && answer[5] == 0x08 ? answer[6] : 0;
        String word = status >= 0 && status < STATUS.length ? STATUS[status] : Integer.toString(status);
        return status == 1
                ? new Outcome(true, "")
                : new Outcome(false, "service unhealthy (responded with \"" + word + "\")");
    }

    /// Length-prefixed HealthCheckRequest{service}.
    private static byte[] message(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (name.length > 0) {
            body.write(0x0a);
            int length = name.length;
            while (length > 127) {
                body.write(length & 127 | 128);
                length >>= 7;
            }
            body.write(length);
            body.writeBytes(name);
        }
        return ByteBuffer.allocate(5 + body.size())
                .put((byte) 0)
                .putInt(body.size())
                .put(body.toByteArray())
                .array();
    }

    /// HPACK with literals only: pseudo headers by their index in the static table, nothing remembered.
    private static byte[] headers(String authority) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        // :method POST and :scheme http are entries of the static table.
        block.write(0x83);
        block.write(0x86);
        literal(block, 0x04, "/grpc.health.v1.Health/Check");
        literal(block, 0x01, authority);
        named(block, "te", "trailers");
        named(block, "content-type", "application/grpc");
        named(block, "user-agent", "kube-probe/1.34");
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, int index, String value) {
        block.write(index);
        text(block, value);
    }

    private static void named(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        text(block, name);
        text(block, value);
    }

    private static void text(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            int rest = bytes.length - 127;
            while (rest > 127) {
                block.write(rest & 127 | 128);
                rest >>= 7;
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    private static void reply(Socket socket, int type, byte[] payload) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        frame(out, type, ACK, 0, payload);
        socket.getOutputStream().write(out.toByteArray());
    }

    private static void frame(ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
        out.write(payload.length >> 16);
        out.write(payload.length >> 8);
        out.write(payload.length);
        out.write(type);
        out.write(flags);
        out.writeBytes(ByteBuffer.allocate(4).putInt(stream).array());
        out.writeBytes(payload);
    }
}
