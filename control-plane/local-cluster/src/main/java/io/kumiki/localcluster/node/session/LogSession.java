package io.kumiki.localcluster.node.session;

import io.kumiki.kube.PodSessions.Session;
import io.kumiki.localcluster.node.process.Console;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What a container's main process writes from now on: its log, followed; and its input, where it has one.
public final class LogSession implements Session {
    private static final long LOOK_AGAIN_MILLIS = 50;
    /// Whoever types wants to see it.
    private static final long LOOK_AGAIN_TYPING_MILLIS = 5;

    private final RandomAccessFile file;
    private final BooleanSupplier ended;
    private final CountDownLatch over = new CountDownLatch(1);
    private final @Nullable Console console;
    private volatile boolean closed;

    /// @param console null when the client only listens
    public LogSession(Path log, BooleanSupplier ended, @Nullable Console console) throws IOException {
        this.console = console;
        this.file = new RandomAccessFile(log.toFile(), "r");
        this.ended = ended;
        file.seek(file.length());
    }

    @Override
    public OutputStream stdin() {
        OutputStream input = console == null ? null : console.input();
        return input == null ? OutputStream.nullOutputStream() : forOneClient(input);
    }

    /// The end of this client's input is that of the container only where it serves one client, or has a terminal,
    /// to which it is a character.
    private OutputStream forOneClient(OutputStream input) {
        return new FilterOutputStream(input) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
            }

            @Override
            public void close() throws IOException {
                if (Objects.requireNonNull(console).endsWithItsClient()) {
                    out.close();
                }
            }
        };
    }

    @Override
    public void resize(int columns, int rows) {
        try {
            if (console != null) {
                console.resize(columns, rows);
            }
        } catch (IOException e) {
            // It has ended meanwhile; there is nothing to be resized.
            closed = true;
        }
    }

    @Override
    public InputStream stdout() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                return follow(bytes, from, length);
            }
        };
    }

    private int follow(byte[] bytes, int from, int length) throws IOException {
        try {
            while (!closed) {
                // Asked before reading: what was written before the end is still read.
                boolean last = ended.getAsBoolean();
                int read = file.read(bytes, from, length);
                if (read > 0) {
                    return read;
                }
                if (last) {
                    break;
                }
                Thread.sleep(console == null ? LOOK_AGAIN_MILLIS : LOOK_AGAIN_TYPING_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        over.countDown();
        return -1;
    }

    @Override
    public int await() throws InterruptedException {
        while (!closed && !over.await(1, TimeUnit.SECONDS)) {
            Thread.onSpinWait();
        }
        return 0;
    }

    @Override
    public void close() {
        closed = true;
        over.countDown();
        if (console != null) {
            console.left();
        }
        try {
            file.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
