package io.kumiki.localcluster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A running API server: where it is and which processes it is made of.
interface Measured extends AutoCloseable {
    /// How its lines begin.
    String name();

    Endpoint endpoint();

    /// Empty when somebody else runs it.
    List<ProcessHandle> processes();

    /// Seconds from the start of its first process to readiness; 0 when somebody else started it.
    double startSeconds();

    /// MiB that its objects keep on the heap; 0 when it cannot be asked.
    default double heapMiB() throws IOException {
        return 0;
    }

    @Override
    void close();

    default double cpuSeconds() {
        return processes().stream()
                        .mapToLong(p -> p.info()
                                .totalCpuDuration()
                                .orElse(Duration.ZERO)
                                .toMillis())
                        .sum()
                / 1000.0;
    }

    default double residentMiB() throws IOException {
        double all = 0;
        for (ProcessHandle process : processes()) {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
                all += line.startsWith("VmRSS:") ? Long.parseLong(line.replaceAll("\\D", "")) / 1024.0 : 0;
            }
        }
        return all;
    }

    /// Somebody else's cluster: it is only talked to.
    static Measured at(Path kubeconfig) throws IOException {
        Endpoint endpoint = Endpoint.of(kubeconfig);
        return new Measured() {
            @Override
            public String name() {
                return "given";
            }

            @Override
            public Endpoint endpoint() {
                return endpoint;
            }

            @Override
            public List<ProcessHandle> processes() {
                return List.of();
            }

            @Override
            public double startSeconds() {
                return 0;
            }

            @Override
            public void close() {}
        };
    }
}
