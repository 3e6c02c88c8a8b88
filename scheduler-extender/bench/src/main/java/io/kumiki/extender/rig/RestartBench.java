package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The extender starts beside a cluster that is full of pods.
public final class RestartBench implements Benchmark {
    private static final String SPACE = "restart";
    private static final int PODS_OF_A_NODE = 20;
    private static final Pattern AFTER = Pattern.compile("ready ([0-9]+) ms after the last byte");
    private static final Pattern USED = Pattern.compile("used ([0-9]+)K");

    @Override
    public String name() {
        return "restart";
    }

    @Override
    public String measures() {
        return "start beside N (5,000; the figure wants 100,000) pods on N/20 nodes: time to ready, own time, heap";
    }

    @Override
    public int defaultSize() {
        return 5_000;
    }

    @Override
    public int defaultRounds() {
        return 3;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        List<Figure> figures = new ArrayList<>();
        int nodes = (size.n() + PODS_OF_A_NODE - 1) / PODS_OF_A_NODE;
        try (Rig rig = Rig.start("", false)) {
            rig.namespace(SPACE);
            rig.nodes(nodes, RigBench::node);
            rig.calls().create("/api/v1/namespaces/" + SPACE + "/pods", size.n(), 32, i -> bound(i, nodes));
            double[] ready = new double[size.rounds()];
            double[] own = new double[size.rounds()];
            for (int round = 0; round < size.rounds(); round++) {
                long start = System.nanoTime();
                ExtenderProcess extender = rig.startExtender();
                ready[round] = (System.nanoTime() - start) / 1e9;
                own[round] = last(rig.kubernetes().tail("extender"), AFTER) / 1000;
                if (round == size.rounds() - 1) {
                    String kase = size.n() + " pods, " + nodes + " nodes";
                    figures.add(new Figure(name(), kase, "CPU of the start", Rig.seconds(extender.handle()), "s"));
                    figures.add(new Figure(name(), kase, "heap after a collection", heapMiB(extender), "MiB"));
                    figures.add(new Figure(name(), kase, "resident", residentMiB(extender), "MiB"));
                }
                rig.killExtender();
            }
            String kase = size.n() + " pods, " + nodes + " nodes";
            figures.add(new Figure(name(), kase, "first start to ready", ready[0], "s"));
            figures.add(new Figure(
                    name(),
                    kase,
                    "start to ready, 6 s for the dead one's lease, median",
                    Figure.percentile(ready, 0.5),
                    "s"));
            figures.add(new Figure(name(), kase, "last byte to ready, median", Figure.percentile(own, 0.5), "s"));
        }
        return figures;
    }

    private static ObjectNode bound(int i, int nodes) {
        ObjectNode pod = Pods.plain("p-" + i, i % PODS_OF_A_NODE < 8 ? 1 : 0, "1");
        pod.withObject("/spec").put("nodeName", "node-" + i % nodes);
        pod.withObject("/metadata/labels").put("app", "trainer").put("team", "vision");
        return pod;
    }

    private static double last(String text, Pattern pattern) {
        Matcher matcher = pattern.matcher(text);
        double value = Double.NaN;
        while (matcher.find()) {
            value = Double.parseDouble(matcher.group(1));
        }
        return value;
    }

    private static double heapMiB(ExtenderProcess extender) throws IOException, InterruptedException {
        jcmd(extender, "GC.run");
        Matcher used = USED.matcher(jcmd(extender, "GC.heap_info"));
        double all = 0;
        // New and old generation; the metaspace's lines come after them.
        for (int i = 0; i < 2 && used.find(); i++) {
            all += Double.parseDouble(used.group(1)) / 1024;
        }
        return all;
    }

    private static String jcmd(ExtenderProcess extender, String what) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(extender.handle().pid()),
                        what)
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return printed;
    }

    private static double residentMiB(ExtenderProcess extender) throws IOException {
        for (String line : Files.readAllLines(
                Path.of("/proc", Long.toString(extender.handle().pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        return Double.NaN;
    }
}
