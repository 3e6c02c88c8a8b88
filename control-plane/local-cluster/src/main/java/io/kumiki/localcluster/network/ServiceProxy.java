package io.kumiki.localcluster.network;

import io.kumiki.localcluster.network.ServiceTable.Endpoint;
import io.kumiki.localcluster.network.ServiceTable.Listening;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens at the services' addresses and passes each connection on to one of its ready pods, in turn. A virtual thread
/// for each direction; a connection that is open stays with its pod whatever the service becomes.
public final class ServiceProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceProxy.class);
    private static final int CONNECT_MILLIS = 3_000;
    private static final int BACKLOG = 128;
    private static final int CHUNK = 32 * 1024;
    private static final int MOST_CONNECTIONS = 4_096;

    private final BiConsumer<Listening, String> failed;
    private final Map<Listening, Door> doors = new HashMap<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /// @param failed told when an address cannot be listened at, with the reason
    public ServiceProxy(BiConsumer<Listening, String> failed) {
        this.failed = failed;
    }

    /// One open port.
    private final class Door {
        private final Listening at;
        private final ServerSocket server;
        private final AtomicInteger turn = new AtomicInteger();
        private volatile List<Endpoint> backends;

        Door(Listening at, List<Endpoint> backends) throws IOException {
            this.at = at;
            this.backends = backends;
            this.server = new ServerSocket(at.port(), BACKLOG, InetAddress.getByName(at.address()));
            Thread.ofVirtual().name("service " + at.service()).start(this::accept);
        }

        private void accept() {
            while (!server.isClosed()) {
                try {
                    Socket client = server.accept();
                    if (open.size() >= MOST_CONNECTIONS) {
                        client.close();
                    } else {
                        Thread.ofVirtual().name("to " + at.service()).start(() -> serve(client));
                    }
                } catch (IOException e) {
                    LOG.debug("service {} at {}: {}", at.service(), at.address(), e.toString());
                    // Closed, or the machine has no file descriptor left just now.
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
            }
        }

        /// Those that refuse are passed over: a pod may have gone a moment before its slice says so.
        private void serve(Socket client) {
            open.add(client);
            try (client) {
                List<Endpoint> now = backends;
                int first = at.affine() ? client.getInetAddress().hashCode() : turn.getAndIncrement();
                for (int i = 0; i < now.size(); i++) {
                    Endpoint to = now.get(Math.floorMod(first + i, now.size()));
                    try (Socket pod = new Socket()) {
                        pod.connect(new InetSocketAddress(to.address(), to.port()), CONNECT_MILLIS);
                        joined(client, pod);
                        return;
                    } catch (java.net.ConnectException | java.net.SocketTimeoutException e) {
                        LOG.debug("{} of service {} does not answer", to, at.service());
                    }
                }
            } catch (IOException e) {
                LOG.debug("a connection to service {} ended: {}", at.service(), e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                open.remove(client);
            }
        }
    }

    private void joined(Socket client, Socket pod) throws InterruptedException, IOException {
        open.add(pod);
        try {
            both(client, pod);
        } finally {
            open.remove(pod);
        }
    }

    private static void both(Socket client, Socket pod) throws InterruptedException, IOException {
        client.setTcpNoDelay(true);
        pod.setTcpNoDelay(true);
        Thread there = Thread.ofVirtual().start(() -> copy(client, pod));
        copy(pod, client);
        there.join();
    }

    /// Each direction ends by itself; a break ends both.
    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] chunk = new byte[CHUNK];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                out.write(chunk, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("a connection did not close: {}", e.toString());
        }
    }

    /// Opens and closes ports until they are as the table says.
    public synchronized void follow(ServiceTable table) {
        doors.entrySet().removeIf(entry -> {
            boolean goes = !table.backends().containsKey(entry.getKey());
            if (goes) {
                close(entry.getValue());
            }
            return goes;
        });
        table.backends().forEach((at, backends) -> {
            Door door = doors.get(at);
            if (door != null) {
                door.backends = backends;
                return;
            }
            try {
                doors.put(at, new Door(at, backends));
            } catch (IOException e) {
                failed.accept(at, String.valueOf(e.getMessage()));
            }
        });
    }

    private static void close(Door door) {
        try {
            door.server.close();
        } catch (IOException e) {
            LOG.debug("the port of service {} did not close: {}", door.at.service(), e.toString());
        }
    }

    @Override
    public synchronized void close() {
        doors.values().forEach(ServiceProxy::close);
        doors.clear();
        open.forEach(ServiceProxy::close);
    }
}
