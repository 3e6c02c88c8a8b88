package io.kumiki.localcluster.node.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Copies what a container writes from its engine to the container's log file. The engine tells everything from the
/// beginning each time, so whatever interrupts the copy, it goes on behind what the file has.
final class EngineLog {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLog.class);
    private static final long LOOK_AGAIN_MILLIS = 500;
    private static final int CHUNK = 32 * 1024;

    private final ContainerEngine engine;
    private final String name;
    private final boolean tty;
    private final Path file;

    EngineLog(ContainerEngine engine, String name, boolean tty, Path file) {
        this.engine = engine;
        this.name = name;
        this.tty = tty;
        this.file = file;
    }

    /// Until the container has ended, or the thread is interrupted.
    void follow(BooleanSupplier ended) {
        while (true) {
            try {
                copy(true);
            } catch (IOException e) {
                LOG.debug("the output of {} is asked for again: {}", name, e.toString());
            }
            if (ended.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                return;
            }
            try {
                Thread.sleep(LOOK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// What is still missing once the container has ended.
    void finish() throws IOException {
        copy(false);
    }

    private void copy(boolean follow) throws IOException {
        try (InputStream in = engine.output(name, tty, follow);
                OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            long skipped = Files.size(file);
            byte[] chunk = new byte[CHUNK];
            while (skipped > 0) {
                int n = in.read(chunk, 0, (int) Math.min(CHUNK, skipped));
                if (n < 0) {
                    return;
                }
                skipped -= n;
            }
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                out.write(chunk, 0, n);
            }
        }
    }
}
