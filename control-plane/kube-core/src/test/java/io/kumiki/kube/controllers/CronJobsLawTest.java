package io.kumiki.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Journal;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/// Whole lives of CronJobs that fire every minute: crashes between any two writes, controllers that are late or away
/// for minutes, pods that fail, Jobs that a user removes. Each time of the schedule is run at most once, when its
/// policy lets it, and what comes out is the same as without trouble.
class CronJobsLawTest {
    private static final Instant PEACE = Instant.parse("2026-01-01T03:00:10Z");
    private static final int NO_DEADLINE = 100_000;

    /// @param run how long a Job takes; `fails` how it ends
    private record Scenario(String policy, int successes, int failures, int deadline, String run, boolean fails) {}

    private static final List<Scenario> SCENARIOS = List.of(
            new Scenario("Allow", 2, 1, NO_DEADLINE, "90s", false),
            new Scenario("Forbid", 2, 1, NO_DEADLINE, "90s", false),
            new Scenario("Replace", 1, 1, NO_DEADLINE, "90s", false),
            new Scenario("Allow", 0, 0, NO_DEADLINE, "5s", false),
            new Scenario("Forbid", 0, 0, 20, "5s", false),
            new Scenario("Replace", 0, 2, 20, "20s", true),
            new Scenario("Forbid", 1, 0, 70, "20s", false));

    private static final Map<Integer, String> CALM = new ConcurrentHashMap<>();

    @Test
    void troubleChangesNothing() {
        ShakenRig.each(ShakenRig.SEEDS / 2, seed -> new Life(seed, true).run());
    }

    /// One scenario under one seed.
    private static final class Life {
        private final int number;
        private final Scenario scenario;
        private final ShakenRig shaken;
        private final Rig rig;
        private final SplittableRandom random;
        /// Jobs that are there, by name.
        private final Map<String, ObjectNode> jobs = new TreeMap<>();
        /// Which Job ran at a time of the schedule.
        private final Map<Instant, String> runs = new HashMap<>();
        private final Set<String> byUser = new HashSet<>();
        private Instant latest = Instant.EPOCH;
        private Instant recorded = Instant.EPOCH;
        private boolean removing;

        Life(int seed, boolean troubled) {
            this.number = seed % SCENARIOS.size();
            this.scenario = SCENARIOS.get(number);
            this.shaken = new ShakenRig(seed, troubled, List.of("a", "b"), this::observe);
            this.rig = shaken.rig;
            this.random = shaken.random;
        }

        String run() {
            begin();
            for (int turn = 0; turn < 30; turn++) {
                shaken.turn(this::trouble);
                if (shaken.rested()) {
                    history();
                }
                boolean away = shaken.troubled && random.nextInt(10) == 0;
                rig.now = rig.now.plusMillis(shaken.troubled ? random.nextInt(away ? 300_000 : 12_000) : 5_000);
            }
            shaken.journal.fuse = -1;
            shaken.allComeBack();
            suspend(true);
            rig.now = PEACE;
            rest();
            suspend(false);
            for (int i = 0; i < 30; i++) {
                rig.pass(Duration.ofSeconds(10));
                history();
            }
            suspend(true);
            rest();
            String end = end();
            if (shaken.troubled) {
                assertThat(end).isEqualTo(CALM.computeIfAbsent(number, calm -> new Life(calm, false).run()));
            }
            remove();
            return end;
        }

        private void begin() {
            String annotations = "'kumiki.io/simulated-duration':'" + scenario.run() + "'"
                    + (scenario.fails() ? ",'kumiki.io/simulated-exit-code':'1'" : "");
            String deadline =
                    scenario.deadline() == NO_DEADLINE ? "" : "'startingDeadlineSeconds':" + scenario.deadline() + ",";
            rig.create(
                    ResourceType.CRON_JOBS,
                    "n",
                    "{'metadata':{'name':'c'},'spec':{'schedule':'* * * * *','concurrencyPolicy':'" + scenario.policy()
                            + "'," + deadline + "'successfulJobsHistoryLimit':" + scenario.successes()
                            + ",'failedJobsHistoryLimit':" + scenario.failures() + ",'jobTemplate':"
                            + Rig.job("x", "'backoffLimit':" + (scenario.fails() ? 0 : 1000) + ",", annotations)
                                    .replace("{'metadata':{'name':'x'},", "{")
                            + "}}");
        }

        private void suspend(boolean wanted) {
            shaken.attempt(() -> rig.merge(ResourceType.CRON_JOBS, "c", "{'spec':{'suspend':" + wanted + "}}"));
        }

        /// Until every Job has ended, those too that wait to try again.
        private void rest() {
            for (int i = 0; i < 4; i++) {
                shaken.attempt(() -> rig.pass(Duration.ofMinutes(11)));
            }
        }

        private void trouble() {
            if (!shaken.troubled || random.nextInt(4) != 0) {
                return;
            }
            if (random.nextInt(4) == 0) {
                List<ObjectNode> living = rig.list(ResourceType.JOBS);
                ObjectNode job = living.isEmpty() ? null : living.get(random.nextInt(living.size()));
                // Before it is written down that a Job ran, nobody can tell that it did when a user takes it away.
                if (job != null && !time(job).isAfter(recorded)) {
                    byUser.add(Meta.uid(job));
                    rig.delete(ResourceType.JOBS, Meta.name(job), "Background");
                }
                return;
            }
            List<ObjectNode> living =
                    rig.cluster.list(ResourceType.PODS, "n", Selection.ALL).items();
            if (!living.isEmpty()) {
                ObjectNode pod = living.get(random.nextInt(living.size()));
                switch (random.nextInt(3)) {
                    case 0 -> shaken.delete(pod);
                    case 1 -> shaken.fail(pod);
                    default -> shaken.lose(pod.path("spec").path("nodeName").asText());
                }
            }
        }

        private static Instant time(JsonNode job) {
            return OffsetDateTime.parse(Meta.annotation(job, "batch.kubernetes.io/cronjob-scheduled-timestamp"))
                    .toInstant();
        }

        private static boolean ended(JsonNode job, String how) {
            return Conditions.holds(job.path("status"), how);
        }

        private static boolean open(JsonNode job) {
            return !ended(job, "Complete") && !ended(job, "Failed");
        }

        private long count(String how) {
            return jobs.values().stream().filter(job -> ended(job, how)).count();
        }

        /// Nothing is due: what is kept is within the limits.
        private void history() {
            assertThat(count("Complete")).as("successes kept").isLessThanOrEqualTo(scenario.successes());
            assertThat(count("Failed")).as("failures kept").isLessThanOrEqualTo(scenario.failures());
        }

        /// At every write.
        private void observe(Journal.Entry entry) {
            ObjectNode object = entry.removal() ? Json.object() : (ObjectNode) Json.parse(entry.json());
            switch (entry.key().storage()) {
                case "jobs.batch" -> {
                    if (entry.removal()) {
                        removed(jobs.remove(entry.key().name()));
                    } else {
                        job(object);
                    }
                }
                case "cronjobs.batch" -> {
                    Instant told = Meta.time(object.path("status").path("lastScheduleTime"));
                    if (told != null) {
                        assertThat(told).as("last time").isAfterOrEqualTo(recorded);
                        recorded = told;
                    }
                }
                default -> {}
            }
        }

        private void job(ObjectNode job) {
            Instant time = time(job);
            String known = runs.putIfAbsent(time, Meta.uid(job));
            assertThat(known == null ? Meta.uid(job) : known)
                    .as("who ran at " + time)
                    .isEqualTo(Meta.uid(job));
            if (known == null) {
                assertThat(time).as("times in order").isAfter(latest);
                latest = time;
                assertThat(rig.now).as("start").isBetween(time, time.plusSeconds(scenario.deadline()));
                if (!scenario.policy().equals("Allow")) {
                    assertThat(jobs.values()).as("running beside " + time).noneMatch(Life::open);
                }
            }
            jobs.put(Meta.name(job), job);
        }

        /// A Job goes because a user says so, because a later one takes its place, or because there are too many.
        private void removed(ObjectNode job) {
            if (removing || byUser.contains(Meta.uid(job))) {
                return;
            }
            Instant time = time(job);
            if (open(job)) {
                assertThat(scenario.policy()).as("given up " + time).isEqualTo("Replace");
                assertThat(rig.now.truncatedTo(ChronoUnit.MINUTES))
                        .as("whoever takes the place of " + time)
                        .isAfter(time);
                return;
            }
            String how = ended(job, "Complete") ? "Complete" : "Failed";
            int limit = how.equals("Complete") ? scenario.successes() : scenario.failures();
            assertThat(count(how)).as("kept besides " + time).isGreaterThanOrEqualTo(limit);
        }

        /// Everything that a user would compare.
        private String end() {
            StringBuilder text = new StringBuilder();
            JsonNode status = rig.get(ResourceType.CRON_JOBS, "c").path("status");
            for (String field : List.of("active", "lastScheduleTime", "lastSuccessfulTime")) {
                text.append(field).append('=').append(status.path(field)).append('\n');
            }
            for (ObjectNode job : rig.list(ResourceType.JOBS)) {
                text.append(Meta.name(job))
                        .append(' ')
                        .append(job.path("status").path("succeeded"));
                for (JsonNode condition : job.path("status").path("conditions")) {
                    text.append(' ')
                            .append(condition.path("type").asText())
                            .append(condition.path("reason").asText());
                }
                text.append('\n');
            }
            Map<String, Integer> pods = new TreeMap<>();
            for (ObjectNode pod : rig.list(ResourceType.PODS)) {
                assertThat(pod.path("metadata").has("finalizers"))
                        .as("kept: " + pod)
                        .isFalse();
                pods.merge(
                        Meta.controller(pod).path("name").asText() + " "
                                + pod.path("status").path("phase").asText(),
                        1,
                        Integer::sum);
            }
            assertThat(status.has("active")).as("still active").isFalse();
            return text.append(pods).toString();
        }

        /// Nothing is left of what its owner left behind.
        private void remove() {
            removing = true;
            rig.delete(ResourceType.CRON_JOBS, "c", "Background");
            rig.settle();
            for (ResourceType type : List.of(ResourceType.JOBS, ResourceType.PODS)) {
                assertThat(rig.names(type)).as("orphans").isEmpty();
            }
        }
    }
}
