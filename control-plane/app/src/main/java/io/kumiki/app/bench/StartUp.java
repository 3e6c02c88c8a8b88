package io.kumiki.app.bench;

import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// From the launcher's first instruction to the ready line; then memory and CPU of a process that has nothing to
/// do.
final class StartUp implements Benchmark {
    private static final Duration IDLE = Duration.ofSeconds(20);

    @Override
    public String name() {
        return "startup";
    }

    @Override
    public String measures() {
        return "time to ready, resident memory and CPU when idle (Linux)";
    }

    @Override
    public int defaultSize() {
        return 1;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        double[] ready = new double[size.rounds()];
        double resident = 0;
        double cpu = 0;
        for (int i = 0; i < ready.length; i++) {
            try (var kumiki = OwnKumiki.start()) {
                ready[i] = kumiki.readySeconds;
                if (i == ready.length - 1) {
                    Thread.sleep(5_000);
                    double before = cpuSeconds(kumiki.process);
                    Thread.sleep(IDLE);
                    cpu = 100 * (cpuSeconds(kumiki.process) - before) / IDLE.toSeconds();
                    resident = residentMiB(kumiki.process);
                }
            }
        }
        return List.of(
                new Figure(name(), "empty folder", "ready, median", Figure.percentile(ready, 0.5), "s"),
                new Figure(name(), "empty folder", "ready, max", Figure.percentile(ready, 1), "s"),
                new Figure(name(), "idle", "resident", resident, "MiB"),
                new Figure(name(), "idle", "CPU of one core", cpu, "%"));
    }

    private static double cpuSeconds(Process process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0;
    }

    private static double residentMiB(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                / 1024.0;
    }
}
