package io.kumiki.localcluster.bench;

import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/// Creates over many connections at once.
final class Load {
    private final Measured server;

    Load(Measured server) {
        this.server = server;
    }

    /// What one round of creates took.
    record Round(double perSecond, double medianMillis, double p99Millis, double serverMillis, double clientMillis) {
        /// Medians over rounds; CPU in milliseconds for one create.
        static List<Figure> figures(String bench, String kase, List<Round> rounds) {
            double[] rates = rounds.stream().mapToDouble(Round::perSecond).toArray();
            List<Figure> figures = new ArrayList<>();
            figures.add(new Figure(bench, kase, "creates, median", Figure.percentile(rates, 0.5), "1/s"));
            figures.add(new Figure(bench, kase, "creates, slowest round", Figure.percentile(rates, 0), "1/s"));
            figures.add(new Figure(bench, kase, "latency, median", median(rounds, 1), "ms"));
            figures.add(new Figure(bench, kase, "latency, p99", median(rounds, 2), "ms"));
            figures.add(new Figure(bench, kase, "server CPU of a create", median(rounds, 3), "ms"));
            figures.add(new Figure(bench, kase, "client CPU of a create", median(rounds, 4), "ms"));
            return figures;
        }

        private static double median(List<Round> rounds, int which) {
            return Figure.percentile(
                    rounds.stream()
                            .mapToDouble(r -> switch (which) {
                                case 1 -> r.medianMillis;
                                case 2 -> r.p99Millis;
                                case 3 -> r.serverMillis;
                                default -> r.clientMillis;
                            })
                            .toArray(),
                    0.5);
        }
    }

    /// @param body of the n-th object
    Round create(int writers, String path, int n, IntFunction<byte[]> body) throws Exception {
        double[] samples = new double[n];
        AtomicInteger next = new AtomicInteger();
        List<Wire> wires = new ArrayList<>();
        for (int w = 0; w < writers; w++) {
            wires.add(new Wire(server.endpoint(), 16_384));
        }
        double serverBefore = server.cpuSeconds();
        double clientBefore = clientSeconds();
        long start = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (Wire wire : wires) {
                all.add(threads.submit(() -> {
                    for (int i = next.getAndIncrement(); i < n; i = next.getAndIncrement()) {
                        one(wire, path, body.apply(i), samples, i);
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(server.name() + " at " + path + ": " + e.getCause(), e);
        } finally {
            for (Wire wire : wires) {
                wire.close();
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Round(
                n / seconds,
                Figure.percentile(samples, 0.5),
                Figure.percentile(samples, 0.99),
                (server.cpuSeconds() - serverBefore) * 1000 / n,
                (clientSeconds() - clientBefore) * 1000 / n);
    }

    private static void one(Wire wire, String path, byte[] body, double[] samples, int i) throws IOException {
        long from = System.nanoTime();
        int status = wire.post(path, body);
        samples[i] = (System.nanoTime() - from) / 1e6;
        if (status != 201) {
            throw new IOException("a create was answered with " + status);
        }
    }

    private static double clientSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1000.0;
    }
}
