package io.kumiki.localcluster.node.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One start of a container: a wrapper process in its own session and everything below it. Knows how to wait for
/// it, signal it and end it.
/// All methods block for milliseconds at most, except [#await] and [#kill].
public final class ContainerProcess implements RunningContainer {
    private static final int INSIST_TRIES = 20;
    private static final long LOOK_AGAIN_MILLIS = 100;
    private static final String SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final long KILL_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Path folder;
    private final ProcessHandle wrapper;
    private final @Nullable Process child;
    private final int depth;
    private final List<String> marks;
    private final @Nullable ProcessConsole console;

    private ContainerProcess(
            Path folder,
            ProcessHandle wrapper,
            @Nullable Process child,
            int depth,
            List<String> marks,
            @Nullable ProcessConsole console) {
        this.folder = folder;
        this.wrapper = wrapper;
        this.child = child;
        this.depth = depth;
        this.marks = marks;
        this.console = console;
    }

    /// Starts a container. When this returns the wrapper runs; a command that cannot be found shows up as an [End]
    /// with an error.
    public static ContainerProcess start(Launcher launcher, Launch launch) throws IOException {
        Files.createDirectories(launch.folder().resolve("in"));
        ProcessBuilder builder = new ProcessBuilder(launcher.argv(launch));
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        systemPath(builder.environment());
        ProcessConsole console = ProcessConsole.open(launch);
        if (console != null && !console.terminalPath().isEmpty()) {
            NamespaceEntrance.giveTo(Launcher.user(launch).getFirst(), Path.of(console.terminalPath()));
            builder.environment().put("KUMIKI_TTY", console.terminalPath());
            builder.environment().putIfAbsent("TERM", "xterm");
        }
        NamespaceEntrance.write(launcher, launch);
        builder.directory(launch.folder().toFile());
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(launch.log().toFile()));
        Process process = builder.start();
        return new ContainerProcess(
                launch.folder(),
                process.toHandle(),
                process,
                launcher.isolation().depth(),
                marks(
                        launch.environment().getOrDefault(Launch.POD_UID, ""),
                        launch.environment().getOrDefault(Launch.CONTAINER, "")),
                console);
    }

    /// The scripts run with the system's PATH; the container gets its own in `main.sh`.
    static void systemPath(Map<String, String> environment) {
        environment.put("KUMIKI_PATH", environment.getOrDefault("PATH", SYSTEM_PATH));
        environment.put("PATH", SYSTEM_PATH);
    }

    @Override
    public @Nullable Console console() {
        return console;
    }

    @Override
    public Entrance entrance() {
        return new NamespaceEntrance(folder, wrapper, depth);
    }

    /// Finds a container that an earlier Kumiki started.
    public static Found find(Path folder, Isolation isolation, String podUid, String container)
            throws InterruptedException, IOException {
        List<String> marks = marks(podUid, container);
        for (int tries = 0; tries < 20; tries++) {
            End end = read(folder);
            if (end != null) {
                return new Found.Ended(end);
            }
            ProcessHandle wrapper = wrapper(folder);
            if (wrapper != null) {
                return new Found.Running(new ContainerProcess(
                        folder, wrapper, null, isolation.depth(), marks, ProcessConsole.find(folder)));
            }
            if (Files.exists(folder.resolve("pid"))) {
                break;
            }
            if (ProcessTree.marked(marks).isEmpty()) {
                return new Found.NeverStarted();
            }
            // Our last act before the crash was to start it: its wrapper is about to write the pid file.
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
        new ContainerProcess(folder, ProcessHandle.current(), null, isolation.depth(), marks, null).killMarked();
        End late = read(folder);
        return late == null ? new Found.Lost() : new Found.Ended(late);
    }

    /// Waits until the container has ended and nothing of it is left.
    @Override
    public End await() throws InterruptedException {
        if (child != null) {
            child.waitFor();
        } else {
            while (wrapper.isAlive() && read(folder) == null) {
                Thread.sleep(LOOK_AGAIN_MILLIS);
            }
        }
        End end = read(folder);
        if (end == null || depth == 1) {
            // The namespaces end with their first process; without them, or with a wrapper that was killed, we look
            // for what is left.
            killMarked();
        }
        if (console != null) {
            console.over();
        }
        if (end != null) {
            return end;
        }
        return child == null ? End.UNKNOWN : new End(child.exitValue(), error(folder), null);
    }

    /// SIGTERM to the main process, as the kubelet does to a container's first process. False when it has ended
    /// already.
    @Override
    public boolean terminate() throws InterruptedException {
        for (int tries = 0; tries < 20 && wrapper.isAlive(); tries++) {
            ProcessHandle main = ProcessTree.below(wrapper, depth);
            if (main != null) {
                String started = ProcessTree.commandLine(main.pid());
                boolean told = main.destroy();
                Thread.ofVirtual().name("term " + main.pid()).start(() -> insist(main, started));
                return told;
            }
            Thread.sleep(LOOK_AGAIN_MILLIS / 2);
        }
        return wrapper.isAlive() && wrapper.destroy();
    }

    /// A container that was just being started may have lost the signal: to a helper of its set-up, or between fork
    /// and exec. Whoever stands there with another command line afterwards has not had it.
    private void insist(ProcessHandle told, String as) {
        long pid = told.pid();
        String started = as;
        try {
            for (int tries = 0; tries < INSIST_TRIES && wrapper.isAlive(); tries++) {
                Thread.sleep(LOOK_AGAIN_MILLIS / 2);
                ProcessHandle main = ProcessTree.below(wrapper, depth);
                if (main == null) {
                    continue;
                }
                String now = ProcessTree.commandLine(main.pid());
                if (!now.isEmpty() && (main.pid() != pid || !now.equals(started))) {
                    main.destroy();
                    pid = main.pid();
                    started = now;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// SIGKILL to everything of the container; the wrapper is spared so that it can write the exit code.
    @Override
    public void kill() throws InterruptedException {
        // Below the wrapper stands the main process, or the program that made the namespaces: its end takes all of
        // them with it.
        ProcessHandle first = ProcessTree.below(wrapper, 1);
        if (first != null) {
            first.destroyForcibly();
        }
        killMarked();
    }

    /// SIGKILL to everything that carries a pod's uid, wrappers too.
    public static void killPod(String podUid) throws InterruptedException {
        killMarked(List.of(Launch.POD_UID + "=" + podUid), ProcessHandle.current());
    }

    private void killMarked() throws InterruptedException {
        killMarked(marks, wrapper);
    }

    private static void killMarked(List<String> marks, ProcessHandle spared) throws InterruptedException {
        long began = System.nanoTime();
        while (System.nanoTime() - began < KILL_LIMIT_NANOS) {
            Set<ProcessHandle> left = ProcessTree.marked(marks);
            left.remove(spared);
            left.remove(ProcessHandle.current());
            left.removeIf(handle -> !handle.isAlive());
            if (left.isEmpty()) {
                return;
            }
            left.forEach(ProcessHandle::destroyForcibly);
            Thread.sleep(2);
        }
    }

    private static List<String> marks(String podUid, String container) {
        return List.of(Launch.POD_UID + "=" + podUid, Launch.CONTAINER + "=" + container);
    }

    private static @Nullable ProcessHandle wrapper(Path folder) {
        String[] words = text(folder.resolve("pid")).split(" ");
        if (words.length != 3 || !words[0].matches("[0-9]{1,10}") || !words[2].equals(ProcessTree.bootId())) {
            return null;
        }
        long pid = Long.parseLong(words[0]);
        return ProcessTree.startTime(pid)
                .filter(words[1]::equals)
                .flatMap(same -> ProcessHandle.of(pid))
                .orElse(null);
    }

    private static @Nullable End read(Path folder) {
        String code = raw(folder.resolve("exit"));
        // Without its line end it is not all there yet.
        return code.matches("[0-9]{1,3}\n")
                ? new End(Integer.valueOf(code.strip()), error(folder), written(folder.resolve("exit")))
                : null;
    }

    private static @Nullable Instant written(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable String error(Path folder) {
        String error = text(folder.resolve("in/error"));
        return error.isEmpty() ? null : error;
    }

    private static String text(Path file) {
        return raw(file).strip();
    }

    private static String raw(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
