package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The console of a container that is a process of ours.
///
/// Without a terminal the input is a named pipe in the start's folder: one that may be written to again and again is
/// held open by the container's wrapper, so it survives Kumiki; one for a single client (stdinOnce) ends with that
/// client. A terminal is Kumiki's own: what it shows goes to the log, and when Kumiki is killed it hangs up.
final class ProcessConsole implements Console {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessConsole.class);
    private static final String HELD = "stdin";
    private static final String ONCE = "stdin-once";
    private static final int CHUNK = 32 * 1024;
    private static final Duration LAST_OUTPUT = Duration.ofSeconds(2);

    private final @Nullable Terminal terminal;
    private final @Nullable Thread showing;
    private final @Nullable OutputStream input;
    private final boolean once;

    private ProcessConsole(
            @Nullable Terminal terminal, @Nullable Thread showing, @Nullable OutputStream input, boolean once) {
        this.terminal = terminal;
        this.showing = showing;
        this.input = input;
        this.once = once;
    }

    /// Before the container is started. Null when it wants neither.
    static @Nullable ProcessConsole open(Launch launch) throws IOException {
        Wish wish = launch.console();
        if (wish.tty()) {
            Terminal terminal = Terminal.open();
            Thread showing = Thread.ofPlatform().daemon().name("terminal").start(() -> show(terminal, launch.log()));
            OutputStream typed = wish.stdin() ? terminal.output() : null;
            return new ProcessConsole(terminal, showing, typed, wish.stdinOnce());
        }
        if (!wish.stdin()) {
            return null;
        }
        Path pipe = launch.folder().resolve(wish.stdinOnce() ? ONCE : HELD);
        if (!Isolation.succeeds(java.util.List.of("mkfifo", "-m", "600", pipe.toString()))) {
            throw new IOException("the pipe of its stdin could not be made at " + pipe);
        }
        return new ProcessConsole(null, null, writer(pipe), wish.stdinOnce());
    }

    /// Of a container that an earlier Kumiki started: its pipe, when that is held open.
    static @Nullable ProcessConsole find(Path folder) throws IOException {
        Path pipe = folder.resolve(HELD);
        return Files.exists(pipe) ? new ProcessConsole(null, null, writer(pipe), false) : null;
    }

    /// Opened for both directions, which does not wait for the other side.
    private static OutputStream writer(Path pipe) throws IOException {
        var channel = java.nio.channels.FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return java.nio.channels.Channels.newOutputStream(channel);
    }

    /// The pipe that the process reads from; null when there is none.
    static @Nullable Path pipe(Launch launch) {
        Wish wish = launch.console();
        return wish.stdin() && !wish.tty() ? launch.folder().resolve(wish.stdinOnce() ? ONCE : HELD) : null;
    }

    /// The side of the terminal that the process sees; empty when there is none.
    String terminalPath() {
        return terminal == null ? "" : terminal.path();
    }

    private static void show(Terminal terminal, Path log) {
        byte[] chunk = new byte[CHUNK];
        try (OutputStream out = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            InputStream screen = terminal.input();
            for (int n = screen.read(chunk); n >= 0; n = screen.read(chunk)) {
                out.write(chunk, 0, n);
            }
        } catch (IOException e) {
            LOG.warn("what a terminal shows no longer reaches {}: {}", log, e.toString());
        }
    }

    @Override
    public @Nullable OutputStream input() {
        return input;
    }

    @Override
    public boolean endsWithItsClient() {
        return once || terminal != null;
    }

    @Override
    public void left() {
        if (once && terminal == null) {
            close();
        }
    }

    @Override
    public void resize(int columns, int rows) throws IOException {
        if (terminal != null && columns > 0 && rows > 0) {
            terminal.resize(columns, rows);
        }
    }

    /// The process has ended: what it showed last is still written, then everything is let go.
    void over() throws InterruptedException {
        if (terminal != null && showing != null) {
            terminal.programsDone();
            if (!showing.join(LAST_OUTPUT)) {
                LOG.debug("a process outlives its container and holds its terminal");
            }
            terminal.close();
            showing.join(TimeUnit.SECONDS.toMillis(1));
        } else {
            close();
        }
    }

    private void close() {
        try {
            if (input != null) {
                input.close();
            }
        } catch (IOException e) {
            LOG.debug("the input of a container did not close: {}", e.toString());
        }
    }
}
