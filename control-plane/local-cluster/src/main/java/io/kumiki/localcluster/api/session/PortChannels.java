package io.kumiki.localcluster.api.session;

import io.kumiki.kube.PodConnection;
import io.kumiki.kube.PodSessions;
import io.kumiki.kube.PodSessions.Session;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Forwarded ports on `v4.channel.k8s.io`, one connection for each port that the URL names: channel 2i carries its
/// bytes, channel 2i+1 what went wrong. Each begins with the port's number.
final class PortChannels {
    private static final Logger LOG = LoggerFactory.getLogger(PortChannels.class);
    private static final int CHUNK = 32 * 1024;

    private final SocketMessages socket;
    private final List<Session> sessions = new ArrayList<>();

    PortChannels(SocketMessages socket) {
        this.socket = socket;
    }

    void run(PodConnection.PortForward order, PodSessions pods) throws IOException, InterruptedException {
        try {
            for (int i = 0; i < order.ports().size(); i++) {
                int port = order.ports().get(i);
                for (int channel = 2 * i; channel < 2 * i + 2; channel++) {
                    socket.send(new byte[] {(byte) channel, (byte) port, (byte) (port >> 8)});
                }
                if (!connect(order, pods, port, 2 * i)) {
                    return;
                }
            }
            for (byte[] message = socket.take(); message != null; message = socket.take()) {
                int channel = message.length == 0 ? -1 : message[0] & 0xff;
                if (channel >= 0 && channel % 2 == 0 && channel / 2 < sessions.size()) {
                    sessions.get(channel / 2).stdin().write(message, 1, message.length - 1);
                    sessions.get(channel / 2).stdin().flush();
                }
            }
        } finally {
            sessions.forEach(Session::close);
        }
    }

    private boolean connect(PodConnection.PortForward order, PodSessions pods, int port, int channel)
            throws IOException {
        try {
            Session session = pods.connect(order, port);
            sessions.add(session);
            Thread.ofVirtual().name("port " + port).start(() -> pump(session.stdout(), channel));
            return true;
        } catch (IOException e) {
            byte[] why = SpdyTunnel.failure(port, order, e).getBytes(StandardCharsets.UTF_8);
            byte[] message = new byte[why.length + 1];
            message[0] = (byte) (channel + 1);
            System.arraycopy(why, 0, message, 1, why.length);
            socket.send(message);
            return false;
        }
    }

    /// The end of one connection ends the socket: this protocol has no other way to tell it.
    private void pump(InputStream from, int channel) {
        byte[] chunk = new byte[CHUNK];
        chunk[0] = (byte) channel;
        try {
            for (int n = from.read(chunk, 1, CHUNK - 1); n >= 0; n = from.read(chunk, 1, CHUNK - 1)) {
                socket.send(chunk, 0, n + 1);
            }
        } catch (IOException e) {
            LOG.debug("a forwarded connection ended: {}", e.toString());
        }
        socket.close();
    }
}
