package io.kumiki.localcluster.bench;

import io.kumiki.localcluster.real.KubernetesPrograms;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import io.kumiki.runtime.bench.ProductJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Creates, lists and watches against the embedded API server, and against a real one with the same client where
/// there is one: `--kubeconfig FILE` for a cluster that runs, else kube-apiserver and etcd as the conformance tests
/// built them.
public final class ApiServerBench implements Benchmark {
    private static final int[] WRITERS = {1, 16, 64};
    private static final int[] WATCHERS = {1, 100, 1_000};
    private static final String PODS = "/api/v1/namespaces/bench/pods";

    @Override
    public String name() {
        return "apiserver";
    }

    @Override
    public String measures() {
        return "embedded API server beside a real one: creates/s, list of N (50,000) pods, fan-out, heap of 2N pods"
                + " and N/10 nodes";
    }

    @Override
    public int defaultSize() {
        return 50_000;
    }

    @Override
    public Set<String> options() {
        return Set.of("kubeconfig", "only");
    }

    @Override
    public List<Figure> run(Size size) throws Exception {
        String only = size.option("only");
        List<Figure> figures = new ArrayList<>();
        if (only == null || only.equals("start")) {
            figures.addAll(StartTimes.of(name(), Math.min(size.rounds(), 5)));
        }
        if (only == null || only.equals("memory")) {
            own(false, size, figures);
        }
        if (only == null || only.equals("durable")) {
            own(true, size, figures);
        }
        String kubeconfig = size.option("kubeconfig");
        KubernetesPrograms binaries = KubernetesPrograms.found("etcd", "kube-apiserver");
        if (kubeconfig != null) {
            try (Measured given = Measured.at(Path.of(kubeconfig))) {
                all(given, size, figures);
            }
        } else if (binaries != null && (only == null || only.equals("real"))) {
            try (Measured real = RealServer.start(binaries)) {
                all(real, size, figures);
            }
        } else {
            System.err.println(
                    "no real API server in this run: give --kubeconfig FILE, or build kube-apiserver and etcd"
                            + " with control-plane/conformance/kubernetes/build.sh");
        }
        return figures;
    }

    private void own(boolean durable, Size size, List<Figure> figures) throws Exception {
        List<String> options = new ArrayList<>(ProductJvm.flags());
        String recording = System.getProperty("kumiki.bench.jvm", "");
        if (!recording.isEmpty()) {
            options.addAll(List.of(recording.split(" ")));
        }
        try (Measured server = OwnServer.start(durable, options)) {
            all(server, size, figures);
        }
    }

    private void all(Measured server, Size size, List<Figure> figures) throws Exception {
        System.err.println(server.name() + " …");
        if (server.startSeconds() > 0) {
            figures.add(new Figure(name(), server.name(), "start of the process to ready", server.startSeconds(), "s"));
        }
        try (Wire wire = new Wire(server.endpoint(), 16_384)) {
            wire.post("/api/v1/namespaces", Objects.named("bench"));
            // A cluster without controllers makes no service account.
            wire.post("/api/v1/namespaces/bench/serviceaccounts", Objects.named("default"));
        }
        int made = creates(server, size, figures);
        new Load(server).create(64, PODS, size.n() - made, i -> Objects.pod("fill-" + i));
        lists(server, size, figures);
        for (int watchers : WATCHERS) {
            int events = Math.max(20, Math.min(size.n() / 50, 200_000 / watchers));
            figures.addAll(FanOut.run(server, name(), watchers, events, 0));
        }
        figures.addAll(FanOut.run(server, name(), 1_000, Math.max(20, size.n() / 1_000), 100));
        memory(server, size, figures);
        System.err.println(Figure.table(
                figures.stream().filter(f -> f.kase().startsWith(server.name())).toList()));
    }

    /// Returns how many pods there are now.
    private int creates(Measured server, Size size, List<Figure> figures) throws Exception {
        Load load = new Load(server);
        int warm = size.n() / 10;
        load.create(16, PODS, warm, i -> Objects.pod("warm-" + i));
        int n = Math.max(1, size.n() / 50);
        for (int writers : WRITERS) {
            List<Load.Round> rounds = new ArrayList<>();
            for (int round = 0; round < size.rounds(); round++) {
                String prefix = "w" + writers + "-" + round + "-";
                rounds.add(load.create(writers, PODS, n, i -> Objects.pod(prefix + i)));
            }
            figures.addAll(Load.Round.figures(name(), server.name() + ", " + writers + " writers", rounds));
        }
        return warm + n * WRITERS.length * size.rounds();
    }

    private void lists(Measured server, Size size, List<Figure> figures) throws Exception {
        double[] first = new double[size.rounds()];
        double[] last = new double[size.rounds()];
        double bytes = 0;
        double cpu = server.cpuSeconds();
        for (int round = 0; round < size.rounds(); round++) {
            try (Wire wire = new Wire(server.endpoint(), 65_536)) {
                wire.get("/version");
                Wire.Answer answer = wire.get(PODS);
                first[round] = answer.firstByte() / 1e9;
                last[round] = (answer.lastByte() - answer.firstByte()) / 1e9;
                bytes = answer.bytes();
            }
        }
        String kase = server.name() + ", list of " + size.n();
        figures.add(new Figure(name(), kase, "to first byte, median", Figure.percentile(first, 0.5), "s"));
        figures.add(new Figure(name(), kase, "first to last byte, median", Figure.percentile(last, 0.5), "s"));
        figures.add(new Figure(name(), kase, "body", bytes / 1e6, "MB"));
        figures.add(new Figure(name(), kase, "server CPU", (server.cpuSeconds() - cpu) / size.rounds(), "s"));
    }

    private void memory(Measured server, Size size, List<Figure> figures) throws Exception {
        if (server.processes().isEmpty()) {
            return;
        }
        Load load = new Load(server);
        load.create(64, PODS, size.n(), i -> Objects.pod("more-" + i));
        load.create(64, "/api/v1/nodes", size.n() / 10, i -> Objects.node("node-" + i));
        String kase = server.name() + ", " + size.n() * 2 + " pods, " + size.n() / 10 + " nodes";
        double heap = server.heapMiB();
        if (heap > 0) {
            figures.add(new Figure(name(), kase, "heap", heap, "MiB"));
        }
        figures.add(new Figure(name(), kase, "resident", server.residentMiB(), "MiB"));
    }
}
