package io.kumiki.runs;

import io.kumiki.model.run.TaskRecord;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.time.Instant;
import java.util.List;

/// What the run loop measures about itself.
final class RunMetrics {
    private final DoubleHistogram transition;
    private final DoubleHistogram upload;
    private final DoubleHistogram commit;
    private final LongCounter pods;
    private final LongCounter cached;
    private final LongCounter ended;
    private final Tracer tracer;

    RunMetrics(OpenTelemetry telemetry) {
        var meter = telemetry.getMeter("io.kumiki.runs");
        var fine = List.of(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1.0, 2.5, 5.0, 10.0);
        transition = meter.histogramBuilder("kumiki.run.transition")
                .setUnit("s")
                .setDescription("Upstream process ended until the next pod's create request")
                .setExplicitBucketBoundariesAdvice(fine)
                .build();
        upload = meter.histogramBuilder("kumiki.run.publish")
                .setUnit("s")
                .setDescription("Process ended until its outputs were stored")
                .setExplicitBucketBoundariesAdvice(fine)
                .build();
        commit = meter.histogramBuilder("kumiki.run.commit")
                .setUnit("s")
                .setDescription("One commit of decisions")
                .setExplicitBucketBoundariesAdvice(fine)
                .build();
        pods = meter.counterBuilder("kumiki.run.pods")
                .setDescription("Pods created for steps")
                .build();
        cached = meter.counterBuilder("kumiki.run.cached")
                .setDescription("Steps answered from the cache")
                .build();
        ended = meter.counterBuilder("kumiki.run.steps")
                .setDescription("Steps whose pod has ended")
                .build();
        tracer = telemetry.getTracer("io.kumiki.runs");
    }

    void transition(double seconds) {
        transition.record(seconds);
    }

    void upload(double seconds) {
        upload.record(seconds);
    }

    void commit(double seconds) {
        commit.record(seconds);
    }

    void podCreated() {
        pods.add(1);
    }

    void cacheHit() {
        cached.add(1);
    }

    void stepEnded(int exitCode) {
        ended.add(
                1,
                Attributes.builder()
                        .put("result", exitCode == 0 ? "success" : "failure")
                        .build());
    }

    /// One span per attempt, from the start of its container to its end.
    void stepSpan(TaskRecord task, Instant end, int exitCode) {
        var began = task.startedAt() == null ? task.createdAt() : task.startedAt();
        var span = tracer.spanBuilder("step " + task.name())
                .setStartTimestamp(began)
                .setAttribute("kumiki.run", task.runId())
                .setAttribute("kumiki.task.path", task.path())
                .setAttribute("kumiki.task.attempt", (long) task.attempt())
                .setAttribute("kumiki.exit_code", (long) exitCode)
                .startSpan();
        if (exitCode != 0) {
            span.setStatus(StatusCode.ERROR, "exit code " + exitCode);
        }
        span.end(end.isAfter(began) ? end : began);
    }
}
