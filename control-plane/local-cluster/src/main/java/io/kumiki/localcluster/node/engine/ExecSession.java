package io.kumiki.localcluster.node.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.PodSessions.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A command in a container of an engine.
final class ExecSession implements Session {
    private static final Logger LOG = LoggerFactory.getLogger(ExecSession.class);
    private static final int CHUNK = 32 * 1024;
    private static final int LOOKS = 100;
    private static final long LOOK_AGAIN_MILLIS = 50;

    /// The engine's record of the command.
    interface Command {
        /// `Running`, `ExitCode`, `Pid`.
        JsonNode look() throws EngineFault;

        void resize(int columns, int rows) throws EngineFault;
    }

    private final Hijacked connection;
    private final Command command;
    private final PipedInputStream stdout = new PipedInputStream(CHUNK);
    private final PipedInputStream stderr = new PipedInputStream(CHUNK);
    private final CountDownLatch outputOver = new CountDownLatch(1);

    ExecSession(Hijacked connection, boolean tty, Command command) throws IOException {
        this.connection = connection;
        this.command = command;
        PipedOutputStream out = new PipedOutputStream(stdout);
        PipedOutputStream err = new PipedOutputStream(stderr);
        Thread.ofVirtual().name("exec output").start(() -> {
            try (out;
                    err) {
                copy(connection.input(), tty, out, err);
            } catch (IOException e) {
                LOG.debug("a command's output ends: {}", e.toString());
            } finally {
                outputOver.countDown();
            }
        });
    }

    /// A terminal's output is one stream without frames. Flushing wakes whoever reads the pipe.
    private static void copy(InputStream in, boolean tty, OutputStream out, OutputStream err) throws IOException {
        Frames frames = new Frames(in);
        byte[] chunk = new byte[CHUNK];
        while (true) {
            int n = tty ? in.read(chunk) : frames.read(chunk, 0, CHUNK);
            if (n < 0) {
                return;
            }
            OutputStream to = !tty && frames.stream() == Frames.ERR ? err : out;
            to.write(chunk, 0, n);
            to.flush();
        }
    }

    @Override
    public OutputStream stdin() {
        return connection.output();
    }

    @Override
    public InputStream stdout() {
        return stdout;
    }

    @Override
    public InputStream stderr() {
        return stderr;
    }

    @Override
    public void resize(int columns, int rows) {
        try {
            if (columns > 0 && rows > 0) {
                command.resize(columns, rows);
            }
        } catch (EngineFault e) {
            LOG.debug("a terminal was not resized: {}", e.getMessage());
        }
    }

    /// The engine knows the exit code a moment after the last byte.
    @Override
    public int await() throws InterruptedException {
        outputOver.await();
        try {
            for (int i = 0; i < LOOKS; i++) {
                JsonNode record = command.look();
                if (!record.path("Running").asBoolean()) {
                    return record.path("ExitCode").asInt();
                }
                Thread.sleep(LOOK_AGAIN_MILLIS);
            }
            throw new IllegalStateException("the engine does not say how the command ended");
        } catch (EngineFault e) {
            throw new IllegalStateException("the engine does not say how the command ended: " + e.getMessage(), e);
        }
    }

    /// Engines let a command go on when its client leaves; nobody else knows of it, so it is killed.
    @Override
    public void close() {
        boolean goesOn = outputOver.getCount() > 0;
        connection.close();
        if (goesOn) {
            Thread.ofVirtual().name("exec end").start(this::kill);
        }
    }

    /// By its number on this machine, and only where the kernel says that it belongs to a container.
    private void kill() {
        try {
            JsonNode record = command.look();
            long pid = record.path("Pid").asLong();
            if (record.path("Running").asBoolean()
                    && pid > 1
                    && Files.readString(Path.of("/proc", Long.toString(pid), "cgroup"))
                            .contains(record.path("ContainerID").asText("no container"))) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
        } catch (IOException e) {
            LOG.debug("a command whose client left may go on: {}", e.toString());
        }
    }
}
