package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells each TenantQuota whether it is part of the tree that holds: its condition Accepted, and an event when it is
/// not. Written when nothing changed for a moment (several objects are applied one after the other), on a thread of
/// its own; what is there already is not written again.
final class QuotaNotes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaNotes.class);
    private static final int SENTENCE = 1000;
    private static final Duration QUIET = Duration.ofSeconds(1);

    private final KubeApi api;
    private final KubeEvents events;
    private final InstantSource clock;
    private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("quota-notes").factory());
    private @Nullable Future<?> planned;

    QuotaNotes(KubeApi api, InstantSource clock) {
        this.api = api;
        this.events = new KubeEvents(api, clock);
        this.clock = clock;
    }

    /// In a moment, unless it is called again before.
    synchronized void settle(Runnable notes) {
        if (planned != null) {
            planned.cancel(false);
        }
        if (!writer.isShutdown()) {
            planned = writer.schedule(notes, QUIET.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// @param quota as it was seen last
    void accepted(JsonNode quota) {
        note(quota, "True", "InTree", "part of the tree of quotas");
    }

    void refused(JsonNode quota, String reason, String message) {
        note(quota, "False", reason, message.length() > SENTENCE ? message.substring(0, SENTENCE) : message);
    }

    private void note(JsonNode quota, String accepted, String reason, String message) {
        JsonNode before = condition(quota);
        long generation = quota.path("metadata").path("generation").asLong(1);
        boolean same = before.path("status").asText().equals(accepted)
                && before.path("reason").asText().equals(reason)
                && before.path("message").asText().equals(message)
                && before.path("observedGeneration").asLong() == generation;
        if (!same) {
            write(quota, accepted, reason, message, generation);
        }
    }

    private static JsonNode condition(JsonNode quota) {
        for (JsonNode condition : quota.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Accepted")) {
                return condition;
            }
        }
        return Json.object();
    }

    private void write(JsonNode quota, String accepted, String reason, String message, long generation) {
        String name = quota.path("metadata").path("name").asText();
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        JsonNode before = condition(quota);
        boolean turned = !before.path("status").asText().equals(accepted);
        ObjectNode patch = Json.object();
        patch.putObject("metadata")
                .put("uid", quota.path("metadata").path("uid").asText());
        patch.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", "Accepted")
                .put("status", accepted)
                .put("reason", reason)
                .put("message", message)
                .put(
                        "lastTransitionTime",
                        turned ? now : before.path("lastTransitionTime").asText(now))
                .put("observedGeneration", generation);
        KubeApi.Result result = api.merge("/apis/kumiki.io/v1alpha1/tenantquotas/" + name + "/status", patch);
        if (!result.done() && result.code() != 404 && result.code() != 409) {
            LOG.warn("status of TenantQuota {}: {}", name, result.message());
        }
        if (accepted.equals("False")) {
            String uid = quota.path("metadata").path("uid").asText();
            events.warn("TenantQuota", "", name, uid, reason, message, uid + now);
        }
    }

    @Override
    public void close() {
        writer.shutdownNow();
    }
}
