package io.kumiki.app;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Stops a detached Kumiki by SIGTERM and waits until it has put everything away.
final class DownCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private DownCommand() {}

    static int run(List<String> args) throws Exception {
        var dir = Arguments.parse(args, Set.of(), Set.of("data")).dataFolder();
        var process = RunningProcess.of(dir);
        if (process.isEmpty()) {
            System.out.println("No Kumiki runs in " + dir + ".");
            return 0;
        }
        process.get().destroy();
        try {
            process.get().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            System.err.println("Process " + process.get().pid() + " has not ended after " + PATIENCE.toSeconds()
                    + " s. It may be waiting for a step's grace period; see " + dir.resolve("kumiki.log") + ".");
            return 1;
        }
        System.out.println("Stopped.");
        return 0;
    }
}
