package io.kumiki.runtime.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.tracing.opentelemetry.OpenTelemetryTracingFactory;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// One process's telemetry. Spans go nowhere until an exporter is given; metrics wait to be read.
public final class Telemetry implements AutoCloseable {
    private final OpenTelemetrySdk sdk;
    private final PrometheusText reader;

    private Telemetry(OpenTelemetrySdk sdk, PrometheusText reader) {
        this.sdk = sdk;
        this.reader = reader;
    }

    /// @param spans where spans go; `null` keeps trace ids for logs and errors, and throws the spans away
    public static Telemetry start(String service, @Nullable SpanExporter spans) {
        Resource resource = Resource.getDefault()
                .merge(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), service)));
        PrometheusText reader = new PrometheusText();
        SdkTracerProviderBuilder tracing =
                SdkTracerProvider.builder().setResource(resource).setSampler(Sampler.parentBased(Sampler.alwaysOn()));
        if (spans == null) {
            tracing.setSampler(Sampler.alwaysOff());
        } else {
            tracing.addSpanProcessor(BatchSpanProcessor.builder(spans).build());
        }
        SdkMeterProvider metrics = SdkMeterProvider.builder()
                .setResource(resource)
                .registerMetricReader(reader)
                .build();
        OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(tracing.build())
                .setMeterProvider(metrics)
                .build();
        Telemetry telemetry = new Telemetry(sdk, reader);
        process(sdk.getMeter("io.kumiki.process"));
        return telemetry;
    }

    public OpenTelemetry api() {
        return sdk;
    }

    /// A Vert.x that opens a span for each HTTP request and carries it along.
    public Vertx vertx(VertxOptions options) {
        return Vertx.builder()
                .with(options)
                .withTracer(new OpenTelemetryTracingFactory(sdk))
                .build();
    }

    /// All metrics now, in Prometheus' text format.
    public String metrics() {
        return reader.text();
    }

    @Override
    public void close() {
        sdk.close();
    }

    private static void process(Meter meter) {
        var runtime = Runtime.getRuntime();
        meter.gaugeBuilder("process.memory.resident")
                .ofLongs()
                .setUnit("By")
                .buildWithCallback(m -> m.record(resident()));
        meter.gaugeBuilder("jvm.memory.used")
                .ofLongs()
                .setUnit("By")
                .buildWithCallback(m -> m.record(runtime.totalMemory() - runtime.freeMemory()));
        meter.gaugeBuilder("jvm.threads")
                .ofLongs()
                .buildWithCallback(
                        m -> m.record(ManagementFactory.getThreadMXBean().getThreadCount()));
        meter.counterBuilder("process.cpu").ofDoubles().setUnit("s").buildWithCallback(m -> m.record(cpuSeconds()));
        meter.counterBuilder("jvm.gc")
                .ofDoubles()
                .setUnit("s")
                .buildWithCallback(m -> m.record(ManagementFactory.getGarbageCollectorMXBeans().stream()
                                .mapToLong(gc -> Math.max(0, gc.getCollectionTime()))
                                .sum()
                        / 1000.0));
    }

    private static double cpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? os.getProcessCpuTime() / 1e9
                : 0;
    }

    /// Linux counts resident pages; elsewhere the heap is the best that can be had without a native call.
    public static long resident() {
        try {
            String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
            return Long.parseLong(pages[1]) * 4096;
        } catch (java.io.IOException | NumberFormatException e) {
            return Runtime.getRuntime().totalMemory();
        }
    }
}
