package io.kumiki.localcluster.node.session;

import io.kumiki.kube.PodSessions.Session;
import io.kumiki.localcluster.node.net.InsideNamespace;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// A connection to a port of a pod.
public final class SocketSession implements Session {
    private static final int CONNECT_MILLIS = 5_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private SocketSession(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /// To a pod of this machine's own network.
    public static SocketSession to(String host, int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            return new SocketSession(socket);
        } catch (IOException e) {
            socket.close();
            throw failed(host, port, e);
        }
    }

    /// To a pod's own loopback address, as the kubelet does: a server that listens at 127.0.0.1 or ::1 only is found,
    /// one that listens at every address is, too.
    ///
    /// @param namespace the pod's network
    public static SocketSession inside(Path namespace, int port) throws IOException {
        IOException first = null;
        for (String loopback : List.of("127.0.0.1", "::1")) {
            try {
                return new SocketSession(
                        InsideNamespace.connect(namespace, new InetSocketAddress(loopback, port), CONNECT_MILLIS));
            } catch (IOException e) {
                first = first == null ? failed("localhost", port, e) : first;
            }
        }
        throw Objects.requireNonNull(first);
    }

    private static IOException failed(String host, int port, IOException why) {
        return new IOException("dial tcp4 " + host + ":" + port + ": " + why.getMessage(), why);
    }

    /// Closing it ends one direction only.
    @Override
    public OutputStream stdin() {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
            }

            @Override
            public void close() throws IOException {
                socket.shutdownOutput();
            }
        };
    }

    @Override
    public InputStream stdout() {
        return in;
    }

    @Override
    public int await() {
        return 0;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
