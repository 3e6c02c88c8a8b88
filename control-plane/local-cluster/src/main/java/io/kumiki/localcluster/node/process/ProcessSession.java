package io.kumiki.localcluster.node.process;

import io.kumiki.kube.PodSessions.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A command that runs in a container, with pipes or with a terminal. Closing it kills the command.
final class ProcessSession implements Session {
    private final Process process;
    private final @Nullable Terminal terminal;
    private final OutputStream stdin;
    private final InputStream stdout;

    private ProcessSession(Process process, @Nullable Terminal terminal) {
        this.process = process;
        this.terminal = terminal;
        this.stdin = terminal == null ? process.getOutputStream() : terminal.output();
        this.stdout = terminal == null ? process.getInputStream() : terminal.input();
    }

    static ProcessSession start(NamespaceEntrance entrance, List<String> command, boolean tty) throws IOException {
        if (!tty) {
            return new ProcessSession(entrance.process(command, "").start(), null);
        }
        Terminal terminal = Terminal.open();
        try {
            Process process = entrance.process(command, terminal.path()).start();
            return new ProcessSession(process, terminal);
        } catch (IOException | RuntimeException e) {
            terminal.close();
            throw e;
        }
    }

    @Override
    public OutputStream stdin() {
        return stdin;
    }

    @Override
    public InputStream stdout() {
        return stdout;
    }

    @Override
    public InputStream stderr() {
        return terminal == null ? process.getErrorStream() : InputStream.nullInputStream();
    }

    @Override
    public void resize(int columns, int rows) {
        try {
            if (terminal != null && columns > 0 && rows > 0) {
                terminal.resize(columns, rows);
            }
        } catch (IOException e) {
            // It has ended meanwhile; there is nothing to be resized.
            terminal.close();
        }
    }

    @Override
    public int await() throws InterruptedException {
        int code = process.waitFor();
        if (terminal != null) {
            terminal.programsDone();
        }
        return code;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        if (terminal != null) {
            terminal.close();
        }
    }
}
