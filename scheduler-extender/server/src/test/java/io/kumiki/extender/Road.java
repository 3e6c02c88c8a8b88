package io.kumiki.extender;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The way to an API server, as TCP. It can be shut (connections end, new ones are refused) or jammed (connections are
/// taken, nothing comes through, and nobody is told).
final class Road implements AutoCloseable {
    private final int to;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private ServerSocket door;
    private volatile boolean jammed;

    Road(int to) throws IOException {
        this.to = to;
        door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        port = door.getLocalPort();
        serve(door);
    }

    int port() {
        return port;
    }

    void shut() throws IOException {
        door.close();
        cut();
    }

    void jam() {
        jammed = true;
    }

    /// Connections that were made before stay dead: they are not even ended.
    void open() throws IOException {
        jammed = false;
        if (door.isClosed()) {
            door = new ServerSocket();
            door.setReuseAddress(true);
            door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            serve(door);
        }
    }

    private void serve(ServerSocket at) {
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket near = at.accept();
                    open.add(near);
                    if (!jammed) {
                        join(near);
                    }
                }
            } catch (IOException e) {
                cut();
            }
        });
    }

    private void join(Socket near) {
        try {
            var far = new Socket(InetAddress.getLoopbackAddress(), to);
            open.add(far);
            carry(near, far);
            carry(far, near);
        } catch (IOException e) {
            // Nobody is there.
            close(near);
        }
    }

    private void carry(Socket from, Socket to) {
        Thread.ofVirtual().start(() -> {
            boolean lost = false;
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] some = new byte[8192];
                for (int n = in.read(some); n >= 0; n = in.read(some)) {
                    lost |= jammed;
                    if (!lost) {
                        out.write(some, 0, n);
                    }
                }
            } catch (IOException e) {
                lost |= jammed;
            }
            if (!lost) {
                close(from);
                close(to);
            }
        });
    }

    private void cut() {
        open.forEach(Road::close);
        open.clear();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        shut();
    }
}
