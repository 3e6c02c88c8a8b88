package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.scheduling.PodEntry;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.model.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the scheduler writes about pods beside their node: conditions, nominations, the end of victims, events. Beside
/// the scheduling thread, so that a disk's fsync delays no decision; of several reports about one pod the last counts.
final class PodReports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PodReports.class);
    private static final String COMPONENT = "default-scheduler";
    private static final int AT_ONCE = 32;
    private static final int MOST_EVENTS = 4_096;

    private final LocalApi api;
    private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore turns = new Semaphore(AT_ONCE);
    private final Map<String, Report> latest = new HashMap<>();
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>(MOST_EVENTS);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread recorder;

    /// @param reason empty when the condition stays as it is
    /// @param nominated the node that is being cleared for the pod, empty for none, null when that stays as it is
    record Report(
            PodEntry pod,
            String reason,
            String message,
            @Nullable String nominated) {
        /// What both say, this one later.
        Report after(Report earlier) {
            boolean same = reason.isEmpty();
            return new Report(
                    pod,
                    same ? earlier.reason : reason,
                    same ? earlier.message : message,
                    nominated == null ? earlier.nominated : nominated);
        }
    }

    private record Event(PodEntry pod, String type, String reason, String message) {}

    PodReports(LocalApi api) {
        this.api = api;
        this.recorder = Thread.ofVirtual().name("scheduler events").start(this::record);
    }

    @Override
    public void close() {
        writers.shutdownNow();
        recorder.interrupt();
    }

    /// Sets the pod's condition PodScheduled to false, and tells an event about it unless the condition says the same
    /// already: a pod that is tried again and again must not cost a write each time.
    void refused(Report report) {
        boolean sameNode = report.nominated == null || report.nominated.equals(report.pod.nominatedNode());
        if (report.pod.says(report.reason, report.message) && sameNode) {
            return;
        }
        if (!report.pod.says(report.reason, report.message) && !report.reason.equals("SchedulingGated")) {
            event(report.pod, "Warning", "FailedScheduling", report.message);
        }
        tell(report);
    }

    /// The node that was being cleared for the pod is another's now.
    void lost(PodEntry pod) {
        tell(new Report(pod, "", "", ""));
    }

    private void tell(Report report) {
        synchronized (latest) {
            Report waiting = latest.get(report.pod.uid());
            latest.put(report.pod.uid(), waiting == null ? report : report.after(waiting));
            if (waiting != null) {
                return;
            }
        }
        writers.execute(() -> write(report.pod.uid()));
    }

    private void write(String uid) {
        try {
            turns.acquire();
            try {
                Report report;
                synchronized (latest) {
                    report = latest.remove(uid);
                }
                if (report != null) {
                    condition(report);
                }
            } finally {
                turns.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("the condition of a pod cannot be written", e);
        }
    }

    private void condition(Report report) {
        PodEntry pod = report.pod;
        JsonNode now = api.get(ResourceType.PODS, pod.namespace(), pod.name());
        if (now == null
                || !now.path("metadata").path("uid").asText().equals(pod.uid())
                || !now.path("spec").path("nodeName").asText("").isEmpty()) {
            return;
        }
        ObjectNode status = Json.object();
        if (!report.reason.isEmpty()) {
            ObjectNode condition = Json.object()
                    .put("type", "PodScheduled")
                    .put("status", "False")
                    .put("reason", report.reason)
                    .put("message", report.message)
                    .put("lastTransitionTime", since(now));
            status.set("conditions", replaced(now, condition));
        }
        if (report.nominated != null) {
            status.put("nominatedNodeName", report.nominated.isEmpty() ? null : report.nominated);
        }
        api.status(ResourceType.PODS, reference(pod), status);
    }

    /// The time of the last change of the status, not of the text.
    private String since(JsonNode pod) {
        for (JsonNode condition : pod.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("PodScheduled")
                    && condition.path("status").asText().equals("False")
                    && condition.has("lastTransitionTime")) {
                return condition.path("lastTransitionTime").asText();
            }
        }
        return LocalApi.time(api.clock().instant());
    }

    private static ArrayNode replaced(JsonNode pod, ObjectNode condition) {
        ArrayNode conditions = Json.array();
        for (JsonNode kept : pod.path("status").path("conditions")) {
            if (!kept.path("type").equals(condition.path("type"))) {
                conditions.add(kept);
            }
        }
        return conditions.add(condition);
    }

    /// Ends a victim, as its own grace period allows.
    void evict(PodEntry victim, PodEntry preemptor, String schedulerName, String node) {
        writers.execute(() -> {
            try {
                JsonNode now = api.get(ResourceType.PODS, victim.namespace(), victim.name());
                if (now == null || !now.path("metadata").path("uid").asText().equals(victim.uid())) {
                    return;
                }
                ObjectNode condition = Json.object()
                        .put("type", "DisruptionTarget")
                        .put("status", "True")
                        .put("reason", "PreemptionByScheduler")
                        .put("message", schedulerName + ": preempting to accommodate a higher priority pod")
                        .put("lastTransitionTime", LocalApi.time(api.clock().instant()));
                api.status(
                        ResourceType.PODS,
                        reference(victim),
                        Json.object().set("conditions", replaced(now, condition)));
                api.cluster()
                        .delete(
                                ResourceType.PODS,
                                victim.namespace(),
                                victim.name(),
                                Deletion.DEFAULT.onlyUid(victim.uid()));
                event(victim, "Normal", "Preempted", "Preempted by pod " + preemptor.uid() + " on node " + node);
            } catch (ApiFault e) {
                // Gone already, or another pod has its name: that is what was wanted. Else the preemptor tries again.
                LOG.info("victim {}/{} not ended: {}", victim.namespace(), victim.name(), e.getMessage());
            }
        });
    }

    void scheduled(PodEntry pod, String node) {
        event(
                pod,
                "Normal",
                "Scheduled",
                "Successfully assigned " + pod.namespace() + "/" + pod.name() + " to " + node);
    }

    /// Events are a courtesy: when they come faster than they can be written, some are left out.
    private void event(PodEntry pod, String type, String reason, String message) {
        if (!events.offer(new Event(pod, type, reason, message))) {
            dropped.incrementAndGet();
        }
    }

    private void record() {
        try {
            while (true) {
                Event event = events.take();
                try {
                    api.event(reference(event.pod), event.type, event.reason, COMPONENT, event.message);
                } catch (RuntimeException e) {
                    LOG.warn("an event of {} cannot be written", event.pod.name(), e);
                }
                long left = events.isEmpty() ? dropped.getAndSet(0) : 0;
                if (left > 0) {
                    LOG.info("{} scheduling events were left out: they came too fast", left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static ObjectNode reference(PodEntry pod) {
        ObjectNode reference = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        reference
                .putObject("metadata")
                .put("namespace", pod.namespace())
                .put("name", pod.name())
                .put("uid", pod.uid());
        return reference;
    }
}
