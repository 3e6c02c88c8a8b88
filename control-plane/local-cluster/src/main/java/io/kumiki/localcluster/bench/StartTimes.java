package io.kumiki.localcluster.bench;

import io.kumiki.localcluster.LocalCluster;
import io.kumiki.localcluster.LocalClusterSettings;
import io.kumiki.runtime.bench.Figure;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a Java test waits for: a cluster in memory from a call to a served port, the first time in a fresh JVM without
/// any start-up cache and again in the same JVM.
final class StartTimes {
    private static final String WORD = "started ";
    private static final int AGAIN = 5;

    private StartTimes() {}

    /// @param rounds how many JVMs are tried
    static List<Figure> of(String bench, int rounds) throws IOException {
        double[] vertx = new double[rounds];
        double[] first = new double[rounds];
        double[] again = new double[rounds * AGAIN];
        for (int round = 0; round < rounds; round++) {
            double[] one = one();
            vertx[round] = one[0];
            first[round] = one[1];
            System.arraycopy(one, 2, again, round * AGAIN, AGAIN);
        }
        String kase = "start in a Java test";
        return List.of(
                new Figure(bench, kase, "Vert.x and logging, fresh JVM, median", Figure.percentile(vertx, 0.5), "ms"),
                new Figure(bench, kase, "first cluster, fresh JVM, median", Figure.percentile(first, 0.5), "ms"),
                new Figure(bench, kase, "next clusters, median", Figure.percentile(again, 0.5), "ms"));
    }

    private static double[] one() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StartTimes.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Double> told = new ArrayList<>();
        try (var in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith(WORD)) {
                    told.add(Double.valueOf(line.substring(WORD.length())));
                }
            }
        }
        if (told.size() != 2 + AGAIN) {
            throw new IOException("the JVM that times starts told " + told.size() + " times of " + (2 + AGAIN));
        }
        return told.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /// Tells milliseconds: of Vert.x, of the first cluster, of each next one.
    public static void main(String[] arguments) throws IOException {
        long begin = System.nanoTime();
        Vertx vertx = Vertx.vertx();
        tell(begin);
        for (int i = 0; i <= AGAIN; i++) {
            Path folder = Files.createTempDirectory("kumiki-bench");
            long start = System.nanoTime();
            LocalCluster cluster =
                    LocalCluster.start(vertx, LocalClusterSettings.in(folder).inMemory());
            tell(start);
            cluster.close();
            OwnServer.deleteTree(folder);
        }
        System.exit(0);
    }

    private static void tell(long since) {
        System.out.println(WORD + (System.nanoTime() - since) / 1e6);
    }
}
