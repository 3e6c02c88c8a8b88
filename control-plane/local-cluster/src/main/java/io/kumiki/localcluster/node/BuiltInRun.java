package io.kumiki.localcluster.node;

import io.kumiki.localcluster.node.pod.PodMounts;
import io.kumiki.localcluster.node.process.Entrance;
import io.kumiki.localcluster.node.process.Mount;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A container that is a virtual thread of this process.
final class BuiltInRun implements BuiltInContainer, RunningContainer {
    private static final int KILLED = 137;

    private final List<String> args;
    private final Map<String, String> env;
    private final List<Mount> mounts;
    private final Path privateRoot;
    private final PrintStream log;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private volatile int exitCode = KILLED;

    BuiltInRun(
            BuiltInImage image,
            String name,
            List<String> args,
            Map<String, String> env,
            List<Mount> mounts,
            Path privateRoot,
            Path log)
            throws IOException {
        this.args = List.copyOf(args);
        this.env = Map.copyOf(env);
        this.mounts = List.copyOf(mounts);
        this.privateRoot = privateRoot;
        this.log = new PrintStream(
                Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                true,
                StandardCharsets.UTF_8);
        this.thread = Thread.ofVirtual().name("container " + name).start(() -> run(image));
    }

    private void run(BuiltInImage image) {
        try (log) {
            exitCode = image.run(this);
        } catch (InterruptedException e) {
            exitCode = KILLED;
        } catch (RuntimeException | Error e) {
            // Code of ours that fails is a container that fails: its log says how.
            e.printStackTrace(log);
            exitCode = 1;
        } finally {
            ended.countDown();
        }
    }

    @Override
    public List<String> args() {
        return args;
    }

    @Override
    public Map<String, String> env() {
        return env;
    }

    @Override
    public Path hostPath(String containerPath) {
        return PodMounts.hostPath(mounts, privateRoot, containerPath);
    }

    @Override
    public PrintStream log() {
        return log;
    }

    @Override
    public boolean stopRequested() {
        return stop.getCount() == 0;
    }

    @Override
    public void awaitStop() throws InterruptedException {
        stop.await();
    }

    @Override
    public End await() throws InterruptedException {
        ended.await();
        return new End(exitCode, null, null);
    }

    @Override
    public boolean terminate() {
        stop.countDown();
        return ended.getCount() > 0;
    }

    @Override
    public @Nullable Entrance entrance() {
        return null;
    }

    @Override
    public void kill() {
        thread.interrupt();
    }
}
