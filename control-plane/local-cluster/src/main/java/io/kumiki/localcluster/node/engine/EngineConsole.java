package io.kumiki.localcluster.node.engine;

import io.kumiki.kube.PodSessions.Session;
import io.kumiki.localcluster.node.process.Console;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The input and terminal of a container that an engine runs: one connection, made when somebody first types.
final class EngineConsole implements Console {
    private static final Logger LOG = LoggerFactory.getLogger(EngineConsole.class);

    private final ContainerEngine engine;
    private final String name;
    private final Wish wish;
    private @Nullable Session attached;

    EngineConsole(ContainerEngine engine, String name, Wish wish) {
        this.engine = engine;
        this.name = name;
        this.wish = wish;
    }

    @Override
    public @Nullable OutputStream input() {
        return wish.stdin() ? new Typing() : null;
    }

    private synchronized OutputStream connection() throws IOException {
        if (attached == null) {
            attached = engine.attach(name);
        }
        return attached.stdin();
    }

    private final class Typing extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            connection().write(bytes, from, length);
        }

        @Override
        public void close() throws IOException {
            if (wish.tty()) {
                // A terminal's end of input is a character (^D).
                write(4);
            } else {
                connection().close();
            }
        }
    }

    @Override
    public boolean endsWithItsClient() {
        return wish.stdinOnce() || wish.tty();
    }

    @Override
    public void left() {
        if (wish.stdinOnce() && !wish.tty() && wish.stdin()) {
            try {
                connection().close();
            } catch (IOException e) {
                LOG.debug("the input of {} did not close: {}", name, e.toString());
            }
        }
    }

    @Override
    public void resize(int columns, int rows) throws IOException {
        if (wish.tty() && columns > 0 && rows > 0) {
            engine.resize(name, columns, rows);
        }
    }

    synchronized void over() {
        if (attached != null) {
            attached.close();
            attached = null;
        }
    }
}
