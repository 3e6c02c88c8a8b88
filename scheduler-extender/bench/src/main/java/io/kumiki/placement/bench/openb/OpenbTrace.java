package io.kumiki.placement.bench.openb;

import io.kumiki.placement.Demand;
import io.kumiki.placement.NodeSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/// The openb cluster, its pod lists, the authors' arrival orders and their published curves, read by header.
final class OpenbTrace {
    static final List<String> WORKLOADS = List.of(
            "default",
            "cpu050",
            "cpu100",
            "cpu200",
            "cpu250",
            "gpushare40",
            "gpushare60",
            "gpushare80",
            "gpushare100",
            "multigpu20",
            "multigpu30",
            "multigpu40",
            "multigpu50",
            "gpuspec10",
            "gpuspec20",
            "gpuspec25",
            "gpuspec33");

    private static final int PODS_PER_NODE = 1001;

    private final Path folder;

    /// @param folder the data set's folder, `openb-fgd`
    OpenbTrace(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("the openb data set is not in " + folder
                    + "; put it there or name its parent folder in KUMIKI_DATA");
        }
        this.folder = folder;
    }

    List<NodeSpec> nodes() throws IOException {
        List<NodeSpec> nodes = new ArrayList<>();
        for (Map<String, String> row : rows(folder.resolve("nodes/openb_node_list_gpu_node.csv"))) {
            nodes.add(new NodeSpec(
                    text(row, "sn"),
                    number(row, "cpu_milli"),
                    number(row, "memory_mib"),
                    number(row, "gpu"),
                    text(row, "model"),
                    PODS_PER_NODE));
        }
        return nodes;
    }

    /// Rows sorted by name, as the protocol wants.
    List<Demand> pods(String workload) throws IOException {
        var rows = new ArrayList<>(rows(folder.resolve("pods/openb_pod_list_" + workload + ".csv")));
        List<Demand> pods = new ArrayList<>();
        for (Map<String, String> row : rows) {
            int gpus = number(row, "num_gpu");
            String spec = row.getOrDefault("gpu_spec", "");
            List<String> models = gpus == 0 || spec.isBlank() ? List.of() : Arrays.asList(spec.split("\\|"));
            int milli = gpus == 0 ? 0 : Math.clamp(number(row, "gpu_milli"), 0, 1000);
            pods.add(new Demand(
                    number(row, "cpu_milli"), number(row, "memory_mib"), gpus, gpus > 1 ? 1000 : milli, models));
        }
        return pods;
    }

    /// seed → indexes into the pod list.
    Map<Integer, int[]> arrivals(String workload) throws IOException {
        Map<Integer, int[]> orders = new LinkedHashMap<>();
        Path file = folder.resolve("arrivals/arrivals_" + workload + ".txt.gz");
        try (var reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
            String line;
            while ((line = reader.readLine()) != null) {
                String[] words = line.split(" ");
                orders.put(
                        Integer.parseInt(words[0]),
                        Arrays.stream(words, 1, words.length)
                                .mapToInt(Integer::parseInt)
                                .toArray());
            }
        }
        return orders;
    }

    /// The published allocation of a policy at a load, by seed.
    Map<Integer, Double> publishedBySeed(String workload, String policy, int load) throws IOException {
        Map<Integer, Double> bySeed = new LinkedHashMap<>();
        for (Map<String, String> row : rows(folder.resolve("published/analysis_allo_discrete.csv"))) {
            if (text(row, "workload").equals("openb_pod_list_" + workload)
                    && text(row, "sc_policy").endsWith(policy)) {
                bySeed.put(number(row, "seed"), Double.parseDouble(text(row, Integer.toString(load))));
            }
        }
        if (bySeed.isEmpty()) {
            throw new IOException("nothing published for " + policy + " on " + workload);
        }
        return bySeed;
    }

    /// The published allocation of a policy at a load, mean of its seeds.
    double published(String workload, String policy, int load) throws IOException {
        return publishedBySeed(workload, policy, load).values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
    }

    private static List<Map<String, String>> rows(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        String[] header = lines.getFirst().split(",", -1);
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            if (line.isBlank()) {
                continue;
            }
            String[] cells = line.split(",", -1);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < header.length && i < cells.length; i++) {
                row.put(header[i], cells[i]);
            }
            rows.add(row);
        }
        return rows;
    }

    private static String text(Map<String, String> row, String column) {
        String value = row.get(column);
        if (value == null) {
            throw new IllegalArgumentException("the file has no column " + column);
        }
        return value;
    }

    private static int number(Map<String, String> row, String column) {
        return Integer.parseInt(row.getOrDefault(column, "0"));
    }
}
