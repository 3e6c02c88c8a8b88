package io.kumiki.kube.controllers.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Action.Story;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.model.CronSchedule;
import io.kumiki.model.Json;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A Job for each time of the schedule. A time is missed when nobody looked within the starting deadline; of several
/// missed ones only the last is made up for. The Job's name is its time, so that none is made twice: a Job that
/// is there has run, whether a crash let us write that down or not.
final class CronJobReconciler implements Reconciler {
    private static final String COMPONENT = "cronjob-controller";
    private static final String SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp";
    private static final int TOO_MANY = 100;
    private static final DateTimeFormatter RFC1123 = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss Z", java.util.Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    @Override
    public Plan decide(ObjectNode cron, World world, Instant now) {
        Turn turn = new Turn(cron, world.ownedBy(ResourceType.JOBS, Meta.uid(cron)), world, now);
        turn.observe();
        turn.tidy();
        if (!Meta.deleting(cron) && !cron.path("spec").path("suspend").asBoolean()) {
            turn.schedule();
        }
        return new Plan(turn.actions, turn.status, turn.next);
    }

    private static final class Turn {
        private final ObjectNode cron;
        private final JsonNode spec;
        private final List<ObjectNode> jobs;
        private final World world;
        private final Instant now;
        private final ObjectNode status;
        private final Instant recorded;
        private final List<Action> actions = new ArrayList<>();
        private @Nullable Instant next;

        Turn(ObjectNode cron, List<ObjectNode> jobs, World world, Instant now) {
            this.cron = cron;
            this.spec = cron.path("spec");
            this.jobs = jobs;
            this.world = world;
            this.now = now;
            this.status = cron.path("status").deepCopy();
            this.recorded = scheduled();
        }

        /// The last time that was run, else when it all began.
        private Instant scheduled() {
            Instant last = Meta.time(status.path("lastScheduleTime"));
            return last == null ? Meta.created(cron) : last;
        }

        private void tell(String type, String reason, String message) {
            actions.add(new Action.Tell(new Story(
                    cron,
                    COMPONENT,
                    type,
                    reason,
                    message,
                    Story.normal(cron, COMPONENT, "", "").failure())));
        }

        /// Which of its jobs run, which ended since.
        void observe() {
            ArrayNode active = Json.array();
            for (JsonNode known : status.path("active")) {
                ObjectNode job = find(known.path("uid").asText());
                if (job == null) {
                    tell(
                            "Normal",
                            "MissingJob",
                            "Active job went missing: " + known.path("name").asText());
                } else if (Verdict.finished(job)) {
                    boolean done = Conditions.holds(job.path("status"), "Complete");
                    tell(
                            "Normal",
                            "SawCompletedJob",
                            "Saw completed job: " + Meta.name(job) + ", condition: " + (done ? "Complete" : "Failed"));
                } else {
                    active.add(known);
                }
            }
            for (ObjectNode job : jobs) {
                if (time(job).isAfter(scheduled())) {
                    status.put("lastScheduleTime", Meta.text(time(job)));
                }
                if (Verdict.finished(job)) {
                    success(job);
                } else if (!named(active, Meta.uid(job))) {
                    // Its creation was the last thing before a crash.
                    active.add(reference(job));
                }
            }
            put(active);
        }

        /// The time of the schedule that a job was made for, long ago for one that somebody else made.
        private Instant time(ObjectNode job) {
            String prefix = Meta.name(cron) + "-";
            String name = Meta.name(job);
            String minutes = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
            Instant time = minutes.matches("[0-9]{1,10}")
                    ? Instant.ofEpochSecond(Long.parseLong(minutes) * 60)
                    : Instant.EPOCH;
            return time.isAfter(now) ? Instant.EPOCH : time;
        }

        private void put(ArrayNode active) {
            if (active.isEmpty()) {
                status.remove("active");
            } else {
                status.set("active", active);
            }
        }

        private void success(ObjectNode job) {
            String completed = job.path("status").path("completionTime").asText("");
            if (completed.compareTo(status.path("lastSuccessfulTime").asText("")) > 0) {
                status.put("lastSuccessfulTime", completed);
            }
        }

        private static boolean named(ArrayNode active, String uid) {
            for (JsonNode each : active) {
                if (each.path("uid").asText().equals(uid)) {
                    return true;
                }
            }
            return false;
        }

        private @Nullable ObjectNode find(String uid) {
            return jobs.stream()
                    .filter(job -> Meta.uid(job).equals(uid))
                    .findFirst()
                    .orElse(null);
        }

        private static ObjectNode reference(ObjectNode job) {
            return Json.object()
                    .put("kind", "Job")
                    .put("namespace", Meta.namespace(job))
                    .put("name", Meta.name(job))
                    .put("uid", Meta.uid(job))
                    .put("apiVersion", "batch/v1");
        }

        /// Ended jobs beyond the limits go, the oldest first; but not before it is written down that they ran.
        void tidy() {
            tidy("Complete", spec.path("successfulJobsHistoryLimit").asInt(3));
            tidy("Failed", spec.path("failedJobsHistoryLimit").asInt(1));
        }

        private void tidy(String condition, int limit) {
            List<ObjectNode> ended = jobs.stream()
                    .filter(job -> Conditions.holds(job.path("status"), condition) && !Meta.deleting(job))
                    .filter(job -> !time(job).isAfter(recorded))
                    .sorted(Comparator.comparing((ObjectNode job) ->
                                    job.path("status").path("startTime").asText(""))
                            .thenComparing(Meta::name))
                    .toList();
            for (int i = 0; i < ended.size() - limit; i++) {
                delete(ended.get(i));
            }
        }

        private void delete(ObjectNode job) {
            Deletion all = new Deletion(null, "Background", null, null, false);
            Story story = Story.normal(cron, COMPONENT, "SuccessfulDelete", "Deleted job %s")
                    .orWarn("FailedDelete", "Deleted job: %s");
            actions.add(Meta.delete(ResourceType.JOBS, job, all, story));
        }

        void schedule() {
            CronSchedule schedule;
            ZoneId zone;
            try {
                schedule = CronSchedule.parse(spec.path("schedule").asText());
                String named = spec.path("timeZone").asText("");
                zone = named.isEmpty() ? ZoneOffset.UTC : ZoneId.of(named);
            } catch (IllegalArgumentException | java.time.DateTimeException e) {
                tell("Warning", "UnparseableSchedule", "unparseable schedule: " + e.getMessage());
                return;
            }
            next = schedule.next(now, zone);
            Instant due = due(schedule, zone);
            if (due == null) {
                return;
            }
            JsonNode deadline = spec.path("startingDeadlineSeconds");
            if (deadline.isNumber() && due.plusSeconds(deadline.asLong()).isBefore(now)) {
                tell("Warning", "MissSchedule", "Missed scheduled time to start a job: " + RFC1123.format(due));
                return;
            }
            run(due);
        }

        /// The last time since the last job that is not later than now.
        private @Nullable Instant due(CronSchedule schedule, ZoneId zone) {
            Instant since = scheduled();
            JsonNode deadline = spec.path("startingDeadlineSeconds");
            if (deadline.isNumber()) {
                Instant earliest = now.minusSeconds(deadline.asLong());
                since = earliest.isAfter(since) ? earliest : since;
            }
            List<Instant> missed = schedule.between(since, now, zone, TOO_MANY + 1);
            if (missed.size() <= TOO_MANY) {
                return missed.isEmpty() ? null : missed.getLast();
            }
            tell(
                    "Warning",
                    "TooManyMissedTimes",
                    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
            return last(schedule, zone);
        }

        /// The last time before now, found by looking back further and further.
        private @Nullable Instant last(CronSchedule schedule, ZoneId zone) {
            for (long seconds = 120; seconds < 400L * 24 * 3600; seconds *= 2) {
                List<Instant> some = schedule.between(now.minusSeconds(seconds), now, zone, TOO_MANY);
                if (!some.isEmpty()) {
                    return some.getLast();
                }
            }
            return null;
        }

        private void run(Instant due) {
            boolean busy = !status.path("active").isEmpty();
            String policy = spec.path("concurrencyPolicy").asText("Allow");
            if (busy && policy.equals("Forbid")) {
                tell(
                        "Normal",
                        "JobAlreadyActive",
                        "Not starting job because prior execution is running and concurrency policy is Forbid");
                return;
            }
            if (busy && policy.equals("Replace")) {
                for (JsonNode each : status.path("active")) {
                    ObjectNode job = find(each.path("uid").asText());
                    if (job != null) {
                        delete(job);
                    }
                }
                put(Json.array());
            }
            String name = Meta.name(cron) + "-" + due.getEpochSecond() / 60;
            if (world.get(ResourceType.JOBS, Meta.namespace(cron), name) == null) {
                actions.add(create(due, name));
            }
            status.put("lastScheduleTime", Meta.text(due));
        }

        private Action create(Instant due, String name) {
            JsonNode template = spec.path("jobTemplate");
            ObjectNode job = Meta.owned(cron, "batch/v1", "Job");
            ObjectNode metadata = (ObjectNode) job.get("metadata");
            metadata.put("name", name);
            for (String field : List.of("labels", "annotations")) {
                if (!template.path("metadata").path(field).isEmpty()) {
                    metadata.set(field, template.path("metadata").path(field).deepCopy());
                }
            }
            String named = spec.path("timeZone").asText("");
            ZoneId zone = named.isEmpty() ? ZoneOffset.UTC : ZoneId.of(named);
            metadata.withObject("/annotations")
                    .put(SCHEDULED, DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(due.atZone(zone)));
            job.set("spec", template.path("spec").deepCopy());
            Story story = Story.normal(cron, COMPONENT, "SuccessfulCreate", "Created job %s")
                    .orWarn("FailedCreate", "Error creating job: %s");
            return new Action.Create(ResourceType.JOBS, Meta.namespace(cron), job, story);
        }
    }
}
