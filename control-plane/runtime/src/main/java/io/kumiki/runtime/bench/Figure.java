package io.kumiki.runtime.bench;

import io.kumiki.model.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// One measured number.
public record Figure(String bench, String kase, String metric, double value, String unit) {
    public static String lines(List<Figure> figures) {
        return figures.stream()
                .map(f -> Json.write(Json.object()
                        .put("bench", f.bench)
                        .put("case", f.kase)
                        .put("metric", f.metric)
                        .put("value", f.value)
                        .put("unit", f.unit)))
                .collect(Collectors.joining("\n"));
    }

    public static String table(List<Figure> figures) {
        var out = new StringBuilder(String.format("%-26s %-34s %14s%n", "case", "metric", "value"));
        for (Figure f : figures) {
            String value = f.value >= 100
                    ? String.format(Locale.ROOT, "%,.0f", f.value)
                    : String.format(Locale.ROOT, "%.2f", f.value);
            out.append(String.format("%-26s %-34s %14s %s%n", f.kase, f.metric, value, f.unit));
        }
        return out.toString().stripTrailing();
    }

    /// The value below which the given share of the samples lies (nearest rank).
    public static double percentile(double[] samples, double share) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return sorted[Math.clamp((int) Math.ceil(share * sorted.length) - 1, 0, sorted.length - 1)];
    }
}
