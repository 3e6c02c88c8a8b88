package io.kumiki.localcluster.api.session;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PodConnection;
import io.kumiki.kube.PodSessions;
import io.kumiki.kube.PodSessions.Session;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Port forwarding as kubectl sends it since 1.31: SPDY/3.1 frames in WebSocket messages, two streams for each
/// connection (`error` first, then `data`, joined by a request id). Netty's codec knows the frames; this class knows
/// what
/// they mean. No flow control: neither does the client's side have any.
final class SpdyTunnel {
    private static final Logger LOG = LoggerFactory.getLogger(SpdyTunnel.class);
    private static final int CHUNK = 32 * 1024;
    private static final int MOST_STREAMS = 512;

    private final SocketMessages socket;
    private final PodConnection.PortForward order;
    private final PodSessions pods;
    private final EmbeddedChannel codec = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final ReentrantLock lock = new ReentrantLock();
    /// Request id → the stream on which its failure is told.
    private final Map<String, Integer> errors = new HashMap<>();
    /// Stream → the connection whose bytes it carries.
    private final Map<Integer, Session> data = new HashMap<>();

    SpdyTunnel(SocketMessages socket, PodConnection.PortForward order, PodSessions pods) {
        this.socket = socket;
        this.order = order;
        this.pods = pods;
    }

    static String failure(int port, PodConnection.PortForward order, Exception why) {
        return "error forwarding port " + port + " to pod " + order.pod() + ", uid : failed to connect to port " + port
                + " inside the pod: " + why.getMessage();
    }

    void run() throws IOException, InterruptedException {
        try {
            for (byte[] message = socket.take(); message != null; message = socket.take()) {
                hear(message);
            }
        } finally {
            data.values().forEach(Session::close);
            codec.finishAndReleaseAll();
        }
    }

    private void hear(byte[] message) throws IOException {
        lock.lock();
        try {
            codec.writeInbound(Unpooled.wrappedBuffer(message));
        } finally {
            lock.unlock();
        }
        for (Object frame = next(); frame != null; frame = next()) {
            try {
                handle(frame);
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }
    }

    private @Nullable Object next() {
        lock.lock();
        try {
            return codec.readInbound();
        } finally {
            lock.unlock();
        }
    }

    private void handle(Object frame) throws IOException {
        switch (frame) {
            case SpdySynStreamFrame syn -> open(syn);
            case SpdyDataFrame bytes -> forward(bytes);
            case SpdyRstStreamFrame reset -> end(reset.streamId());
            case SpdyPingFrame ping -> send(ping);
            // Settings, windows and the client's farewell change nothing here.
            default -> LOG.trace("frame {} needs no answer", frame);
        }
    }

    private void open(SpdySynStreamFrame syn) throws IOException {
        int id = syn.streamId();
        String type = text(syn, "streamtype");
        String port = text(syn, "port");
        boolean known = type.equals("error") || type.equals("data");
        if (!known || !port.matches("[0-9]{1,5}") || errors.size() + data.size() >= MOST_STREAMS) {
            send(new DefaultSpdyRstStreamFrame(id, SpdyStreamStatus.REFUSED_STREAM));
            return;
        }
        // With one header: Netty writes no header block at all when there is none, and the client wants one.
        var reply = new DefaultSpdySynReplyFrame(id);
        reply.headers().set("server", "kumiki");
        send(reply);
        if (type.equals("error")) {
            errors.put(text(syn, "requestid"), id);
            return;
        }
        Integer error = errors.remove(text(syn, "requestid"));
        try {
            Session session = pods.connect(order, Integer.parseInt(port));
            data.put(id, session);
            Thread.ofVirtual().name("port " + port).start(() -> pump(id, error, session));
        } catch (IOException | ApiFault e) {
            finish(error, failure(Integer.parseInt(port), order, e));
            finish(id, "");
        }
    }

    private static String text(SpdySynStreamFrame syn, String name) {
        CharSequence value = syn.headers().get(name);
        return value == null ? "" : value.toString();
    }

    private void forward(SpdyDataFrame bytes) throws IOException {
        Session session = data.get(bytes.streamId());
        if (session == null) {
            return;
        }
        try {
            ByteBuf content = bytes.content();
            content.readBytes(session.stdin(), content.readableBytes());
            session.stdin().flush();
            if (bytes.isLast()) {
                session.stdin().close();
            }
        } catch (IOException e) {
            // The pod closed its side; what it still had to say is on its way.
            LOG.debug("a forwarded connection takes no more: {}", e.toString());
        }
    }

    private void end(int stream) {
        Session session = data.remove(stream);
        if (session != null) {
            session.close();
        }
    }

    private void pump(int stream, @Nullable Integer error, Session session) {
        byte[] chunk = new byte[CHUNK];
        InputStream from = session.stdout();
        try {
            try {
                for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
                    send(new DefaultSpdyDataFrame(stream, Unpooled.copiedBuffer(chunk, 0, n)));
                }
            } catch (IOException e) {
                LOG.debug("a forwarded connection ended: {}", e.toString());
            }
            finish(stream, "");
            finish(error, "");
        } catch (IOException e) {
            LOG.debug("the client of a forwarded port left: {}", e.toString());
        }
    }

    private void finish(@Nullable Integer stream, String words) throws IOException {
        if (stream != null) {
            var last = new DefaultSpdyDataFrame(stream, Unpooled.copiedBuffer(words, StandardCharsets.UTF_8));
            send(last.setLast(true));
        }
    }

    private void send(Object frame) throws IOException {
        lock.lock();
        try {
            codec.writeOutbound(ReferenceCountUtil.retain(frame));
            for (ByteBuf out = codec.readOutbound(); out != null; out = codec.readOutbound()) {
                byte[] bytes = new byte[out.readableBytes()];
                out.readBytes(bytes);
                out.release();
                if (bytes.length > 0) {
                    socket.send(bytes);
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
