package io.kumiki.extender.rig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Gangs come and go at a steady rate; a client beside the scheduler asks the filter verb all the time.
public final class ChurnBench implements Benchmark {
    private static final String SPACE = "churn";
    private static final String PODS = "/api/v1/namespaces/" + SPACE + "/pods";
    private static final int NODES = 100;
    private static final int MEMBERS = 4;
    private static final int ALIVE_SECONDS = 10;
    private static final int PROBES_PER_SECOND = 50;

    @Override
    public String name() {
        return "churn";
    }

    @Override
    public String measures() {
        return "gangs of 4 come and go for N (20) s on 100 nodes, --rate 10 gangs/s: rate, decision and filter latency";
    }

    @Override
    public int defaultSize() {
        return 20;
    }

    @Override
    public int defaultRounds() {
        return 1;
    }

    @Override
    public java.util.Set<String> options() {
        return java.util.Set.of("rate");
    }

    /// @param created when the last of its members was
    private record Gang(String name, long created) {}

    @Override
    public List<Figure> run(Size size) throws Exception {
        String given = size.option("rate");
        int rate = given == null ? 10 : Integer.parseInt(given);
        List<Figure> figures = new ArrayList<>();
        try (Rig rig = Rig.start("", false)) {
            rig.namespace(SPACE);
            rig.nodes(NODES, RigBench::node);
            rig.startExtender();
            rig.startScheduler(true);
            RigBench.warm(rig, SPACE);
            Map<String, Long> created = new HashMap<>();
            var probe = new Probe(rig.port());
            // A thread of its own: the answer wakes it and no other before it.
            Thread asking = Thread.ofPlatform().daemon().start(probe::run);
            Rig.Cpu before = rig.cpu();
            churn(rig, size.n(), rate, created, probe);
            Rig.Cpu spent = rig.cpu().since(before);
            probe.stop();
            asking.join();
            report(rig, size.n(), rate, created, probe, spent, figures);
            rig.killExtender();
        }
        return figures;
    }

    private static void churn(Rig rig, int seconds, int rate, Map<String, Long> created, Probe probe) throws Exception {
        Deque<Gang> alive = new ArrayDeque<>();
        long start = System.nanoTime();
        for (int g = 0; g < seconds * rate; g++) {
            LockSupport.parkNanos(start + g * 1_000_000_000L / rate - System.nanoTime());
            String name = "g" + g;
            // Steered, so that each member goes through the filter verb.
            rig.calls().create(PODS, MEMBERS, MEMBERS, i -> Pods.member(name, i, MEMBERS, 1, false, Map.of()));
            long now = System.nanoTime();
            created.put(name, now);
            alive.add(new Gang(name, now));
            if (g >= rate) {
                // The scheduler never asks about a gated pod: one of a second ago has its slot.
                probe.about(rig, "g" + (g - rate) + "-0");
            }
            while (alive.getFirst().created() < now - TimeUnit.SECONDS.toNanos(ALIVE_SECONDS)) {
                String gone = alive.removeFirst().name();
                for (int i = 0; i < MEMBERS; i++) {
                    rig.calls().delete(PODS + "/" + gone + "-" + i + "?gracePeriodSeconds=0");
                }
            }
        }
        rig.book().await(30_000, () -> rig.book().count(pod -> pod.node().isEmpty()) == 0);
    }

    private void report(
            Rig rig,
            int seconds,
            int rate,
            Map<String, Long> created,
            Probe probe,
            Rig.Cpu spent,
            List<Figure> figures) {
        String kase = rate + " gangs of " + MEMBERS + " a second, " + seconds + " s";
        Map<String, Long> ungated = rig.book().firstUngated();
        Map<String, Long> bound = rig.book().firstBound();
        List<Double> decisions = new ArrayList<>();
        List<Double> bindings = new ArrayList<>();
        created.forEach((name, at) -> {
            Long free = ungated.get(SPACE + "/" + name);
            Long there = bound.get(SPACE + "/" + name);
            if (free != null) {
                decisions.add(Math.max(0, free - at) / 1e6);
            }
            if (there != null) {
                bindings.add(Math.max(0, there - at) / 1e6);
            }
        });
        figures.add(new Figure(name(), kase, "gangs created", created.size(), "gangs"));
        figures.add(new Figure(name(), kase, "gangs bound", bindings.size(), "gangs"));
        percentiles(kase, "created to decided and ungated", decisions, figures);
        percentiles(kase, "created to first bound", bindings, figures);
        percentiles(kase, "filter call", probe.millis(), figures);
        percentiles(kase, "of that inside the extender", probe.inside(), figures);
        figures.add(
                new Figure(name(), kase, "filter calls asked", probe.millis().size(), "calls"));
        figures.add(new Figure(name(), kase, "CPU extender", spent.extender(), "s"));
        figures.add(new Figure(name(), kase, "CPU scheduler", spent.scheduler(), "s"));
        figures.add(new Figure(name(), kase, "CPU API server", spent.apiServer(), "s"));
        figures.add(new Figure(name(), kase, "longest partial gang", rig.book().longestPartialSeconds(), "s"));
        figures.add(new Figure(
                name(), kase, "nodes given twice", rig.book().givenTwice().size(), ""));
    }

    private void percentiles(String kase, String what, List<Double> of, List<Figure> figures) {
        double[] all = of.stream().mapToDouble(Double::doubleValue).toArray();
        if (all.length > 0) {
            figures.add(new Figure(name(), kase, what + ", p50", Figure.percentile(all, 0.5), "ms"));
            figures.add(new Figure(name(), kase, what + ", p99", Figure.percentile(all, 0.99), "ms"));
        }
    }

    /// One keep-alive connection that asks as kube-scheduler does: the pod as it is, and the names of all nodes.
    private static final class Probe {
        private final int port;
        private final List<Double> millis = new ArrayList<>();
        /// As the extender tells it: from the request's head to the answer's.
        private final List<Double> inside = new ArrayList<>();
        private volatile byte[] question = {};
        private volatile boolean over;

        Probe(int port) {
            this.port = port;
        }

        void about(Rig rig, String pod) throws IOException {
            JsonNode object = rig.calls().get(PODS + "/" + pod).body();
            ObjectNode arguments = Json.object().putNull("Nodes");
            arguments.set("Pod", object);
            var names = arguments.putArray("NodeNames");
            for (int n = 0; n < NODES; n++) {
                names.add("node-" + n);
            }
            byte[] body = Json.bytes(arguments);
            byte[] head = ("POST /scheduler/filter HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                            + "Content-Length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] whole = java.util.Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, whole, head.length, body.length);
            question = whole;
        }

        void run() {
            try (var socket = new Socket("127.0.0.1", port)) {
                socket.setTcpNoDelay(true);
                var in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
                while (!over) {
                    byte[] asked = question;
                    if (asked.length > 0) {
                        long start = System.nanoTime();
                        socket.getOutputStream().write(asked);
                        double there = answer(in);
                        synchronized (millis) {
                            millis.add((System.nanoTime() - start) / 1e6);
                            inside.add(there);
                        }
                    }
                    LockSupport.parkNanos(1_000_000_000L / PROBES_PER_SECOND);
                }
            } catch (IOException e) {
                System.err.println("the filter verb is not asked any more: " + e);
            }
        }

        private static double answer(DataInputStream in) throws IOException {
            int length = 0;
            double inside = Double.NaN;
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(line.substring(15).strip());
                } else if (line.regionMatches(true, 0, "server-timing:", 0, 14)) {
                    inside = Double.parseDouble(line.substring(line.indexOf("dur=") + 4));
                }
            }
            in.skipNBytes(length);
            return inside;
        }

        private static String line(DataInputStream in) throws IOException {
            var line = new StringBuilder();
            for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }

        List<Double> millis() {
            synchronized (millis) {
                return List.copyOf(millis);
            }
        }

        List<Double> inside() {
            synchronized (millis) {
                return List.copyOf(inside);
            }
        }

        void stop() {
            over = true;
        }
    }
}
