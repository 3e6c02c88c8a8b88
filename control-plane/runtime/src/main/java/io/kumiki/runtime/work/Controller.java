package io.kumiki.runtime.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The loop of every kind: take a key, read the caches, ask the pure reconciler, apply, write status, forget or
/// back off.
/// A new kind is a record, a reconciler and one of these.
public final class Controller<R extends HasMetadata> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    /// How long a decision waits for the cache to show our own last write before it is made anyway.
    private static final Duration CATCH_UP = Duration.ofMillis(20);

    private static final int CATCH_UP_TRIES = 100;

    /// What a controller stands on.
    public record Parts<R extends HasMetadata>(
            Class<R> kind,
            Reconciler<R> reconciler,
            World world,
            Applier applier,
            StatusWriter<R> status,
            Backoff backoff,
            InstantSource clock,
            OpenTelemetry telemetry) {}

    private record Written(String decidedOn, int tries) {}

    private final Parts<R> parts;
    private final WorkQueue<ObjectKey> queue;
    private final Map<ObjectKey, Integer> failures = new ConcurrentHashMap<>();
    private final Map<ObjectKey, Written> written = new ConcurrentHashMap<>();
    private final List<Thread> workers = new ArrayList<>();
    private final Tracer tracer;
    private final DoubleHistogram duration;

    public Controller(Parts<R> parts, WorkQueue<ObjectKey> queue) {
        this.parts = parts;
        this.queue = queue;
        this.tracer = parts.telemetry().getTracer("io.kumiki.controller");
        this.duration = parts.telemetry()
                .getMeter("io.kumiki.controller")
                .histogramBuilder("kumiki.reconcile.duration")
                .setUnit("s")
                .setDescription("One decision and its actions, by kind and outcome")
                .build();
    }

    /// Something about this object may have changed.
    public void wake(ObjectKey key) {
        queue.add(key);
    }

    public void start(int threads) {
        for (int i = 0; i < threads; i++) {
            workers.add(Thread.ofVirtual()
                    .name(parts.kind().getSimpleName() + "-worker-" + i)
                    .start(this::work));
        }
    }

    /// Ends after the decisions that run now.
    @Override
    public void close() {
        queue.close();
        for (Thread worker : workers) {
            try {
                worker.join(Duration.ofSeconds(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void work() {
        try {
            for (Optional<ObjectKey> key = queue.take(); key.isPresent(); key = queue.take()) {
                try {
                    once(key.get());
                } finally {
                    queue.done(key.get());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void once(ObjectKey key) {
        Optional<R> found = parts.world().get(parts.kind(), key.namespace(), key.name());
        if (found.isEmpty()) {
            failures.remove(key);
            written.remove(key);
            return;
        }
        R resource = found.get();
        if (cacheLags(key, resource)) {
            queue.addAfter(key, CATCH_UP);
            return;
        }
        long from = System.nanoTime();
        Span span = tracer.spanBuilder("reconcile " + resource.getKind())
                .setAttribute("k8s.object", key.toString())
                .startSpan();
        String outcome = "settled";
        try {
            outcome = Context.current()
                    .with(span)
                    .wrap(() -> decide(key, resource))
                    .call();
        } catch (Exception e) {
            outcome = e instanceof Applier.ApplyFault fault ? fault.code() : "failed";
            span.setStatus(StatusCode.ERROR).recordException(e);
            retry(key, e);
        } finally {
            span.end();
            duration.record(
                    (System.nanoTime() - from) / 1e9,
                    Attributes.of(
                            AttributeKey.stringKey("kind"),
                            resource.getKind(),
                            AttributeKey.stringKey("outcome"),
                            outcome));
        }
    }

    private String decide(ObjectKey key, R resource) {
        Plan plan =
                parts.reconciler().decide(resource, parts.world(), parts.clock().instant());
        String outcome = carryOut(key, resource, plan);
        failures.remove(key);
        plan.requeueAfter().ifPresent(delay -> queue.addAfter(key, delay));
        return outcome;
    }

    private String carryOut(ObjectKey key, R resource, Plan plan) {
        for (Action action : plan.actions()) {
            parts.applier().apply(action);
        }
        ObjectNode status = plan.status();
        if (status != null && parts.status().write(resource, status)) {
            written.put(key, new Written(revision(resource), 0));
            return "changed";
        }
        return plan.actions().isEmpty() ? "settled" : "applied";
    }

    /// After our own status write the cache still shows the object we decided on: deciding again would repeat the
    /// decision.
    private boolean cacheLags(ObjectKey key, R resource) {
        Written last = written.get(key);
        if (last == null || !last.decidedOn().equals(revision(resource)) || last.tries() >= CATCH_UP_TRIES) {
            written.remove(key);
            return false;
        }
        written.put(key, new Written(last.decidedOn(), last.tries() + 1));
        return true;
    }

    private static String revision(HasMetadata resource) {
        String revision = resource.getMetadata().getResourceVersion();
        return revision == null ? "" : revision;
    }

    private void retry(ObjectKey key, Exception e) {
        int count = failures.merge(key, 1, Integer::sum);
        Duration wait = parts.backoff().after(count);
        boolean expected = e instanceof Applier.ApplyFault fault && fault.retryable();
        if (expected) {
            LOG.info("{} {}: {}; again in {}", parts.kind().getSimpleName(), key, e.getMessage(), wait);
        } else {
            LOG.warn("{} {} failed {} times; again in {}", parts.kind().getSimpleName(), key, count, wait, e);
        }
        queue.addAfter(key, wait);
    }
}
