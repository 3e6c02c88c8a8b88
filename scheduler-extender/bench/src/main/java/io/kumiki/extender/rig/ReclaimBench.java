package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Gangs of low priority fill a cluster; then one of high priority wants half of it.
public final class ReclaimBench implements Benchmark {
    private static final String SPACE = "reclaim";
    private static final String PODS = "/api/v1/namespaces/" + SPACE + "/pods";
    private static final String GANGS = "/apis/kumiki.io/v1alpha1/namespaces/" + SPACE + "/gangs";
    private static final int MEMBERS = 4;
    private static final long PATIENCE = 300_000;
    private static final Pattern LOST = Pattern.compile("([0-9]+) GPU-seconds");

    @Override
    public String name() {
        return "reclaim";
    }

    @Override
    public String measures() {
        return "N (32; the figure wants 500) nodes full of gangs of 4 x 8 GPUs, half reclaimed for one gang of higher priority";
    }

    @Override
    public int defaultSize() {
        return 32;
    }

    @Override
    public int defaultRounds() {
        return 1;
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        List<Figure> figures = new ArrayList<>();
        int low = Math.max(1, size.n() / MEMBERS);
        int wanted = Math.max(1, size.n() / 2);
        try (Rig rig = Rig.start("", false)) {
            rig.namespace(SPACE);
            rig.run(true);
            priority(rig, "low", 10);
            priority(rig, "high", 1000);
            rig.nodes(low * MEMBERS, RigBench::node);
            rig.startExtender();
            rig.startScheduler(true);
            for (int round = 0; round < size.rounds(); round++) {
                rig.calls()
                        .create(
                                PODS,
                                low * MEMBERS,
                                16,
                                i -> member("low", "low-" + i / MEMBERS, i % MEMBERS, MEMBERS));
                long filled = System.nanoTime();
                rig.book().await(PATIENCE, () -> rig.book().bound() >= low * MEMBERS);
                Thread.sleep(2_000);
                rig.calls().create(PODS, wanted, 16, i -> member("high", "high", i, wanted));
                long created = System.nanoTime();
                double decided = decided(rig, created, figures);
                rig.book().await(PATIENCE, () -> bound(rig) >= wanted);
                double started = (rig.book().lastBound() - created) / 1e9;
                long left = rig.book()
                        .count(pod ->
                                pod.gang().contains("/low-") && !pod.node().isEmpty());
                String kase = wanted * 8 + " GPUs of " + low * MEMBERS * 8;
                figures.add(new Figure(name(), kase, "last created to decided", decided, "s"));
                figures.add(new Figure(name(), kase, "last created to all bound", started, "s"));
                figures.add(new Figure(name(), kase, "members bound", bound(rig), "pods"));
                figures.add(new Figure(name(), kase, "gangs ended", low - left / (double) MEMBERS, "gangs"));
                figures.add(new Figure(
                        name(), kase, "gangs that had to end", Math.ceil(wanted / (double) MEMBERS), "gangs"));
                figures.add(new Figure(
                        name(), kase, "work of a gang before", (created - filled) / 1e9 * MEMBERS * 8, "GPU s"));
                RigBench.over(rig, SPACE);
            }
            rig.killExtender();
        }
        return figures;
    }

    private static long bound(Rig rig) {
        return rig.book()
                .count(pod -> pod.gang().endsWith("/high") && !pod.node().isEmpty());
    }

    /// Until the gang says whom it waits for; also what it says is lost.
    private double decided(Rig rig, long created, List<Figure> figures) throws Exception {
        long end = System.nanoTime() + PATIENCE * 1_000_000;
        while (System.nanoTime() < end) {
            var status = rig.calls().get(GANGS + "/high").body().path("status");
            if (status.path("reason").asText().equals("Preempting") || status.has("slots")) {
                double seconds = (System.nanoTime() - created) / 1e9;
                Matcher lost = LOST.matcher(status.path("message").asText());
                if (lost.find()) {
                    figures.add(new Figure(
                            name(), "decision", "work lost, as said", Double.parseDouble(lost.group(1)), "GPU s"));
                }
                return seconds;
            }
            Thread.sleep(5);
        }
        return Double.NaN;
    }

    private static ObjectNode member(String priority, String gang, int index, int size) {
        ObjectNode pod = Pods.member(gang, index, size, 8, true, Map.of());
        pod.withObject("/spec").put("priorityClassName", priority);
        return pod;
    }

    private static void priority(Rig rig, String name, int value) throws Exception {
        ObjectNode of = Json.object().put("value", value).put("preemptionPolicy", "Never");
        of.putObject("metadata").put("name", name);
        rig.calls().post("/apis/scheduling.k8s.io/v1/priorityclasses", of).expected();
    }
}
