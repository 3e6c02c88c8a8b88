package io.kumiki.runtime.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Reads the SDK's metrics and writes them as Prometheus text (0.0.4). Names and units follow OpenTelemetry's own
/// mapping.
final class PrometheusText implements MetricReader {
    private static final Map<String, String> UNITS =
            Map.of("s", "_seconds", "ms", "_milliseconds", "By", "_bytes", "1", "_ratio");

    private volatile CollectionRegistration source = CollectionRegistration.noop();

    @Override
    public void register(CollectionRegistration registration) {
        source = registration;
    }

    @Override
    public CompletableResultCode forceFlush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
        return AggregationTemporality.CUMULATIVE;
    }

    String text() {
        Collection<MetricData> all = source.collectAllMetrics();
        StringBuilder out = new StringBuilder();
        all.stream().sorted(Comparator.comparing(MetricData::getName)).forEach(metric -> write(metric, out));
        return out.toString();
    }

    private static void write(MetricData metric, StringBuilder out) {
        String name = metric.getName().replaceAll("[^A-Za-z0-9_:]", "_") + UNITS.getOrDefault(metric.getUnit(), "");
        switch (metric.getType()) {
            case LONG_GAUGE ->
                longs(name, "gauge", metric, metric.getLongGaugeData().getPoints(), out);
            case DOUBLE_GAUGE ->
                doubles(name, "gauge", metric, metric.getDoubleGaugeData().getPoints(), out);
            case LONG_SUM -> {
                boolean counter = metric.getLongSumData().isMonotonic();
                longs(
                        counter ? name + "_total" : name,
                        counter ? "counter" : "gauge",
                        metric,
                        metric.getLongSumData().getPoints(),
                        out);
            }
            case DOUBLE_SUM -> {
                boolean counter = metric.getDoubleSumData().isMonotonic();
                doubles(
                        counter ? name + "_total" : name,
                        counter ? "counter" : "gauge",
                        metric,
                        metric.getDoubleSumData().getPoints(),
                        out);
            }
            case HISTOGRAM -> {
                head(name, "histogram", metric, out);
                metric.getHistogramData().getPoints().forEach(point -> histogram(name, point, out));
            }
            case SUMMARY, EXPONENTIAL_HISTOGRAM -> {
                // nothing here makes them
            }
        }
    }

    private static void head(String name, String type, MetricData metric, StringBuilder out) {
        if (!metric.getDescription().isEmpty()) {
            out.append("# HELP ")
                    .append(name)
                    .append(' ')
                    .append(metric.getDescription().replace("\\", "\\\\").replace("\n", "\\n"))
                    .append('\n');
        }
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void longs(
            String name, String type, MetricData metric, Collection<LongPointData> points, StringBuilder out) {
        head(name, type, metric, out);
        points.forEach(point -> out.append(name)
                .append(labels(point.getAttributes(), List.of()))
                .append(' ')
                .append(point.getValue())
                .append('\n'));
    }

    private static void doubles(
            String name, String type, MetricData metric, Collection<DoublePointData> points, StringBuilder out) {
        head(name, type, metric, out);
        points.forEach(point -> out.append(name)
                .append(labels(point.getAttributes(), List.of()))
                .append(' ')
                .append(number(point.getValue()))
                .append('\n'));
    }

    private static void histogram(String name, HistogramPointData point, StringBuilder out) {
        long sum = 0;
        for (int i = 0; i < point.getCounts().size(); i++) {
            sum += point.getCounts().get(i);
            String bound = i < point.getBoundaries().size()
                    ? number(point.getBoundaries().get(i))
                    : "+Inf";
            out.append(name)
                    .append("_bucket")
                    .append(labels(point.getAttributes(), List.of("le", bound)))
                    .append(' ')
                    .append(sum)
                    .append('\n');
        }
        String labels = labels(point.getAttributes(), List.of());
        out.append(name)
                .append("_sum")
                .append(labels)
                .append(' ')
                .append(number(point.getSum()))
                .append('\n');
        out.append(name)
                .append("_count")
                .append(labels)
                .append(' ')
                .append(point.getCount())
                .append('\n');
    }

    private static String labels(Attributes attributes, List<String> more) {
        List<String> pairs = new ArrayList<>();
        attributes.forEach((key, value) -> pairs.add(pair(key.getKey(), String.valueOf(value))));
        if (!more.isEmpty()) {
            pairs.add(pair(more.get(0), more.get(1)));
        }
        return pairs.isEmpty() ? "" : "{" + String.join(",", pairs) + "}";
    }

    private static String pair(String key, String value) {
        return key.replaceAll("[^A-Za-z0-9_]", "_") + "=\""
                + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return Double.isNaN(value) ? "NaN" : Double.toString(value);
    }
}
