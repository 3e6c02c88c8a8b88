package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Decision;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.Standing;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the status of TenantQuotas, on a thread of its own: whether each is part of the tree that holds (its
/// condition Accepted, and an event when it is not), and what it uses. Conditions are written when nothing changed for
/// a moment (several objects are applied one after the other), usage by the pace of [UsageNotes]; what is there already
/// is not written again.
final class QuotaNotes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaNotes.class);
    private static final int SENTENCE = 1000;
    private static final int TOO_MANY = 429;
    private static final int FAULTY = 500;
    private static final Duration QUIET = Duration.ofSeconds(1);

    private final KubeApi api;
    private final KubeEvents events;
    private final InstantSource clock;
    private final Leadership leadership;
    private final UsageNotes usage = new UsageNotes();
    private final Map<String, JsonNode> objects = new ConcurrentHashMap<>();
    private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("quota-notes").factory());
    private List<Standing> standings = List.of();
    private @Nullable Future<?> settling;
    private @Nullable Future<?> telling;

    /// @param leadership nothing is written while it is not surely ours
    QuotaNotes(KubeApi api, InstantSource clock, Leadership leadership) {
        this.api = api;
        this.events = new KubeEvents(api, clock);
        this.clock = clock;
        this.leadership = leadership;
    }

    void seen(String name, JsonNode quota) {
        objects.put(name, quota);
        soon(QUIET);
    }

    void gone(String name) {
        objects.remove(name);
    }

    /// The tree that holds from now on.
    void hold(List<QuotaNode> tree) {
        usage.hold(tree);
        soon(QUIET);
    }

    /// Hands over and returns.
    void tell(Decision.Publish publish) {
        usage.tell(publish);
        soon(QUIET);
    }

    /// In a moment, unless it is called again before.
    synchronized void settle(List<Standing> now) {
        standings = now;
        if (settling != null) {
            settling.cancel(false);
        }
        if (!writer.isShutdown()) {
            settling = writer.schedule(this::accept, QUIET.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// What comes in the meantime is written together.
    private synchronized void soon(Duration pause) {
        if ((telling == null || telling.isDone()) && !writer.isShutdown()) {
            telling = writer.schedule(this::use, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void use() {
        boolean through = false;
        try {
            through = writeUsage();
        } catch (RuntimeException e) {
            LOG.error("the usage of TenantQuotas could not be written", e);
        }
        synchronized (this) {
            telling = null;
        }
        UsageNotes.Due left = usage.due(objects, System.nanoTime());
        if (!left.notes().isEmpty()) {
            soon(through ? QUIET : UsageNotes.PACE);
        } else if (left.pause() != null) {
            soon(left.pause());
        }
    }

    /// False where it makes no sense to go on at once.
    private boolean writeUsage() {
        UsageNotes.Due due = usage.due(objects, System.nanoTime());
        for (UsageNotes.Note note : due.notes()) {
            if (!leadership.current(due.epoch())) {
                return false;
            }
            ObjectNode patch = Json.object();
            patch.set("status", note.changes());
            KubeApi.Result result = write(note.name(), note.quota(), patch);
            boolean taken = result.code() != 400 && result.code() != 422;
            usage.wrote(note, System.nanoTime(), taken, result.done() ? result.body() : null);
            if (result.code() == 0 || result.code() == TOO_MANY || result.code() >= FAULTY) {
                return false;
            }
        }
        return true;
    }

    private void accept() {
        List<Standing> now;
        synchronized (this) {
            now = standings;
            if (!leadership.current()) {
                settle(now);
                return;
            }
        }
        for (Standing standing : now) {
            JsonNode quota = objects.get(standing.name());
            if (quota != null) {
                note(quota, standing);
            }
        }
    }

    private void note(JsonNode quota, Standing standing) {
        String accepted = standing.accepted() ? "True" : "False";
        String says = standing.message();
        String message = says.length() > SENTENCE ? says.substring(0, SENTENCE) : says;
        JsonNode before = condition(quota);
        long generation = quota.path("metadata").path("generation").asLong(1);
        boolean same = before.path("status").asText().equals(accepted)
                && before.path("reason").asText().equals(standing.reason())
                && before.path("message").asText().equals(message)
                && before.path("observedGeneration").asLong() == generation;
        if (!same) {
            write(quota, accepted, standing.reason(), message, generation);
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
        write(name, quota, patch);
        if (accepted.equals("False")) {
            String uid = quota.path("metadata").path("uid").asText();
            events.warn("TenantQuota", "", name, uid, reason, message, uid + now);
        }
    }

    private KubeApi.Result write(String name, JsonNode quota, ObjectNode patch) {
        patch.putObject("metadata")
                .put("uid", quota.path("metadata").path("uid").asText());
        KubeApi.Result result = api.merge("/apis/kumiki.io/v1alpha1/tenantquotas/" + name + "/status", patch);
        if (result.done()) {
            // The watch brings it later, or something newer.
            objects.replace(name, quota, result.body());
        } else if (result.code() != 404 && result.code() != 409) {
            LOG.warn("status of TenantQuota {}: {}", name, result.message());
        }
        return result;
    }

    @Override
    public void close() {
        writer.shutdownNow();
    }
}
