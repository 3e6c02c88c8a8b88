package io.kumiki.localcluster.node.engine;

import io.kumiki.localcluster.node.engine.ContainerEngine.Status;
import io.kumiki.localcluster.node.process.Console;
import io.kumiki.localcluster.node.process.Entrance;
import io.kumiki.localcluster.node.process.Found;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One start of a container that an engine runs. The engine is asked for its end and output again and again, so neither
/// an engine that is started anew nor one that hangs loses it; when it is over it is removed.
public final class EngineContainer implements RunningContainer {
    private static final Logger LOG = LoggerFactory.getLogger(EngineContainer.class);
    private static final long LOOK_AGAIN_MILLIS = 1_000;
    private static final Duration LAST_OUTPUT = Duration.ofSeconds(10);

    private final ContainerEngine engine;
    private final String name;
    private final SavedEnd saved;
    private final EngineLog log;
    private final @Nullable EngineConsole console;
    private volatile boolean over;

    /// @param folder of the start, where its end is written down before the container is removed
    public EngineContainer(ContainerEngine engine, String name, Path folder, Path log, Console.Wish wish) {
        this.engine = engine;
        this.name = name;
        this.saved = new SavedEnd(folder);
        this.log = new EngineLog(engine, name, wish.tty(), log);
        this.console = wish.none() ? null : new EngineConsole(engine, name, wish);
    }

    /// Whether an engine was told of the start that has this folder.
    public static boolean ran(Path folder) {
        return new SavedEnd(folder).told();
    }

    /// How it stands with a start that an earlier agent made. One whose engine does not answer counts as running.
    public Found find() throws IOException {
        End end = saved.read();
        if (end != null) {
            return new Found.Ended(end);
        }
        try {
            Status status = engine.inspect(name);
            if (status == null) {
                return saved.begun() ? new Found.Lost() : new Found.NeverStarted();
            }
            if (status.state().equals("created")) {
                engine.remove(name);
                return new Found.NeverStarted();
            }
        } catch (EngineFault e) {
            LOG.warn("container {} is taken for running: {}", name, e.getMessage());
        }
        return new Found.Running(this);
    }

    /// Called before the engine is asked to create it.
    public void comes() throws IOException {
        saved.tell();
    }

    /// Called before the engine is asked to start it: from now on nobody may say that it never ran.
    public void begins() throws IOException {
        saved.begin();
    }

    @Override
    public End await() throws InterruptedException {
        Thread copying = Thread.ofVirtual().name("output of " + name).start(() -> log.follow(() -> over));
        Status status;
        try {
            status = ended();
            over = true;
            copying.join(LAST_OUTPUT);
        } finally {
            copying.interrupt();
        }
        copying.join();
        if (console != null) {
            console.over();
        }
        if (status == null) {
            return End.UNKNOWN;
        }
        End end = new End(
                status.exitCode(),
                status.error().isEmpty() ? null : status.error(),
                status.finishedAt(),
                status.outOfMemory());
        try {
            log.finish();
            saved.write(end);
            engine.remove(name);
        } catch (IOException e) {
            LOG.warn("container {} is left to the engine; the next start removes it: {}", name, e.getMessage());
        }
        return end;
    }

    /// Null when it is gone.
    private @Nullable Status ended() throws InterruptedException {
        boolean told = false;
        while (true) {
            try {
                Status status = engine.inspect(name);
                if (status == null || !(status.running() || status.state().equals("paused"))) {
                    return status;
                }
                told = false;
                engine.awaitEnd(name);
            } catch (EngineFault e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (!told) {
                    LOG.warn("nobody knows how container {} is; asked again: {}", name, e.getMessage());
                }
                told = true;
                Thread.sleep(LOOK_AGAIN_MILLIS);
            }
        }
    }

    @Override
    public boolean terminate() {
        try {
            Status status = engine.inspect(name);
            if (status == null || !status.running()) {
                return false;
            }
            engine.signal(name, status.stopSignal());
            return true;
        } catch (EngineFault e) {
            LOG.warn("container {} could not be told to end: {}", name, e.getMessage());
            return false;
        }
    }

    /// Until it is over, for an engine may not answer just now.
    @Override
    public void kill() {
        Thread.ofVirtual().name("kill " + name).start(() -> {
            try {
                while (!over) {
                    killOnce();
                    Thread.sleep(LOOK_AGAIN_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void killOnce() {
        try {
            engine.signal(name, "SIGKILL");
        } catch (EngineFault e) {
            LOG.warn("container {} could not be killed; tried again: {}", name, e.getMessage());
        }
    }

    @Override
    public Entrance entrance() {
        return (command, tty) -> engine.exec(name, command, tty);
    }

    @Override
    public @Nullable Console console() {
        return console;
    }
}
