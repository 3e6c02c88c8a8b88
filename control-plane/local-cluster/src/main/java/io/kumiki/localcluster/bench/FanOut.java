package io.kumiki.localcluster.bench;

import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/// Watchers of one namespace while objects are made in it: how many events a second reach all of them, and how long
/// after its create was sent an event is with a watcher.
final class FanOut {
    private static final byte[] MARK = "\"name\":\"e-".getBytes(StandardCharsets.US_ASCII);
    private static final long PATIENCE_SECONDS = 120;

    private final Measured server;
    private final String path;
    private final AtomicLongArray sent;
    private final double[][] delays;

    private FanOut(Measured server, String path, int watchers, int events) {
        this.server = server;
        this.path = path;
        this.sent = new AtomicLongArray(events);
        this.delays = new double[watchers][events];
    }

    /// @param prefix of the run, so that names are new
    static List<Figure> run(Measured server, String bench, int watchers, int events, int gapMillis) throws Exception {
        String path = "/api/v1/namespaces/bench-" + watchers + "-" + gapMillis + "/configmaps";
        try (Wire wire = new Wire(server.endpoint(), 16_384)) {
            wire.post("/api/v1/namespaces", Objects.named("bench-" + watchers + "-" + gapMillis));
        }
        return new FanOut(server, path, watchers, events).measure(bench, gapMillis);
    }

    private List<Figure> measure(String bench, int gapMillis) throws Exception {
        CountDownLatch open = new CountDownLatch(delays.length);
        CountDownLatch done = new CountDownLatch(delays.length);
        AtomicInteger failed = new AtomicInteger();
        List<Wire> wires = new ArrayList<>();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            for (double[] mine : delays) {
                Wire wire = new Wire(server.endpoint(), 16_384);
                wires.add(wire);
                threads.submit(() -> {
                    try {
                        wire.stream(
                                path + "?watch=true&sendInitialEvents=true&allowWatchBookmarks=true"
                                        + "&resourceVersionMatch=NotOlderThan",
                                new Reader(mine, open, done));
                    } catch (IOException e) {
                        failed.incrementAndGet();
                    }
                });
            }
            if (!open.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(open.getCount() + " watches did not begin");
            }
            double cpu = server.cpuSeconds();
            long start = System.nanoTime();
            write(gapMillis);
            if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(done.getCount() + " of " + delays.length + " watchers did not hear everything, "
                        + failed + " were cut off");
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return figures(bench, gapMillis, seconds, server.cpuSeconds() - cpu);
        } finally {
            for (Wire wire : wires) {
                wire.close();
            }
            threads.shutdownNow();
        }
    }

    private void write(int gapMillis) throws IOException, InterruptedException {
        try (Wire wire = new Wire(server.endpoint(), 16_384)) {
            for (int i = 0; i < sent.length(); i++) {
                if (gapMillis > 0) {
                    Thread.sleep(gapMillis);
                }
                sent.set(i, System.nanoTime());
                int status = wire.post(path, Objects.map("e-" + i));
                if (status != 201) {
                    throw new IOException("a create was answered with " + status);
                }
            }
        }
    }

    private List<Figure> figures(String bench, int gapMillis, double seconds, double cpu) {
        double[] all = Arrays.stream(delays).flatMapToDouble(Arrays::stream).toArray();
        String kase = server.name() + ", " + delays.length + " watchers"
                + (gapMillis > 0 ? ", one event every " + gapMillis + " ms" : "");
        return List.of(
                new Figure(bench, kase, "events", all.length / seconds, "1/s"),
                new Figure(bench, kase, "delivery, median", Figure.percentile(all, 0.5), "ms"),
                new Figure(bench, kase, "delivery, p99", Figure.percentile(all, 0.99), "ms"),
                new Figure(bench, kase, "server CPU of 1,000 events", cpu * 1e6 / all.length, "ms"));
    }

    /// Looks for names in the bytes without building anything; a name may lie across two reads.
    private final class Reader implements Wire.Sink {
        private final double[] mine;
        private final CountDownLatch open;
        private final CountDownLatch done;
        private int matched;
        private int number = -1;
        private int heard;
        private boolean begun;
        private int lastOfLine = -1;

        Reader(double[] mine, CountDownLatch open, CountDownLatch done) {
            this.mine = mine;
            this.open = open;
            this.done = done;
        }

        @Override
        public boolean bytes(byte[] buffer, int from, int length) {
            for (int i = from; i < from + length; i++) {
                byte b = buffer[i];
                if (number >= 0) {
                    number(b);
                } else if (b == MARK[matched]) {
                    matched++;
                    if (matched == MARK.length) {
                        number = 0;
                        matched = 0;
                    }
                } else {
                    matched = b == MARK[0] ? 1 : 0;
                }
                if (b == '\n' && !begun) {
                    begun = true;
                    open.countDown();
                }
            }
            return true;
        }

        private void number(byte b) {
            if (b >= '0' && b <= '9') {
                number = number * 10 + b - '0';
                return;
            }
            if (number != lastOfLine) {
                lastOfLine = number;
                mine[number] = (System.nanoTime() - sent.get(number)) / 1e6;
                heard++;
                if (heard == mine.length) {
                    done.countDown();
                }
            }
            number = -1;
        }
    }
}
