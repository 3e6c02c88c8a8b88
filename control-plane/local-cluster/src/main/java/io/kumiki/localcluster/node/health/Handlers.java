package io.kumiki.localcluster.node.health;

import io.kumiki.kube.PodSessions.Session;
import io.kumiki.localcluster.node.pod.Handler;
import io.kumiki.localcluster.node.process.Entrance;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Does what a probe or hook says, once, and tells how it went. Blocks; called on virtual threads.
public final class Handlers {
    /// As much of an answer as the kubelet keeps.
    private static final int KEEP = 10 * 1024;

    private static final Duration LAST_OUTPUT = Duration.ofSeconds(1);

    private Handlers() {}

    /// `message` says what went wrong, or what was answered.
    public record Outcome(boolean passed, String message) {}

    /// Whom to ask: the pod's address, and the container that runs there.
    public record Target(String address, RunningContainer container) {}

    public static Outcome run(Handler handler, Target target, Duration timeout) throws InterruptedException {
        try {
            return switch (handler) {
                case Handler.Exec exec -> exec(exec, target, timeout);
                case Handler.HttpGet http -> HttpGet.ask(http, host(http.host(), target), timeout);
                case Handler.TcpSocket tcp -> {
                    connect(host(tcp.host(), target), tcp.port(), timeout).close();
                    yield new Outcome(true, "");
                }
                case Handler.Grpc grpc -> GrpcHealth.ask(grpc, target.address(), timeout);
                case Handler.Sleep sleep -> {
                    Thread.sleep(Duration.ofSeconds(sleep.seconds()));
                    yield new Outcome(true, "");
                }
            };
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return new Outcome(false, String.valueOf(e.getMessage()));
        }
    }

    private static String host(String given, Target target) {
        return given.isEmpty() ? target.address() : given;
    }

    static Socket connect(String host, int port, Duration timeout) throws IOException {
        if (port < 1 || port > 65_535) {
            throw new IOException("the port that the spec names is none of the container's ports");
        }
        Socket socket = new Socket();
        try {
            int millis = Math.toIntExact(Math.max(1, timeout.toMillis()));
            socket.connect(new InetSocketAddress(host, port), millis);
            socket.setSoTimeout(millis);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new IOException("dial tcp " + host + ":" + port + ": " + e.getMessage(), e);
        }
    }

    private static Outcome exec(Handler.Exec exec, Target target, Duration timeout)
            throws IOException, InterruptedException {
        Entrance entrance = target.container().entrance();
        if (entrance == null) {
            return new Outcome(false, "this container runs inside Kumiki and has no process that could be entered");
        }
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        var exitCode = new CompletableFuture<Integer>();
        // The way in may take its time too: it counts into the limit.
        Thread asking =
                Thread.ofVirtual().name("probe exec").start(() -> ask(entrance, exec.command(), output, exitCode));
        try {
            int code = exitCode.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            String text = text(output);
            return code == 0
                    ? new Outcome(true, text)
                    : new Outcome(false, text.isEmpty() ? "exit code " + code : text);
        } catch (TimeoutException e) {
            return new Outcome(
                    false,
                    "command timed out: \"" + String.join(" ", exec.command()) + "\" timed out after "
                            + timeout.toSeconds() + "s");
        } catch (ExecutionException e) {
            throw new IOException(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
        } finally {
            asking.interrupt();
        }
    }

    private static void ask(
            Entrance entrance,
            List<String> command,
            ByteArrayOutputStream output,
            CompletableFuture<Integer> exitCode) {
        try (Session session = entrance.enter(command, false)) {
            session.stdin().close();
            Thread out = Thread.ofVirtual().name("probe output").start(() -> read(session.stdout(), output));
            Thread err = Thread.ofVirtual().name("probe errors").start(() -> read(session.stderr(), output));
            int code = session.await();
            out.join(LAST_OUTPUT);
            err.join(LAST_OUTPUT);
            exitCode.complete(code);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            exitCode.completeExceptionally(e);
        }
    }

    private static void read(InputStream in, ByteArrayOutputStream output) {
        byte[] chunk = new byte[1024];
        try (in) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                synchronized (output) {
                    output.write(chunk, 0, Math.max(0, Math.min(n, KEEP - output.size())));
                }
            }
        } catch (IOException e) {
            // The process was ended while it spoke; what it said so far counts.
            return;
        }
    }

    private static String text(ByteArrayOutputStream output) {
        synchronized (output) {
            return output.toString(StandardCharsets.UTF_8).strip();
        }
    }
}
