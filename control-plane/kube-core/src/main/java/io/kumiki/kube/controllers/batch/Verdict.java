package io.kumiki.kube.controllers.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.model.IndexRanges;
import java.time.Instant;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// Whether and how a Job is decided. Once decided it stays so: the condition is written before the pods are gone, the
/// final one after.
record Verdict(boolean won, String reason, String message) {
    static boolean finished(JsonNode job) {
        return Conditions.holds(job.path("status"), "Complete") || Conditions.holds(job.path("status"), "Failed");
    }

    /// `null` while it is open.
    static @Nullable Verdict of(Tally tally, Instant now) {
        ObjectNode job = tally.job();
        for (String type : new String[] {"SuccessCriteriaMet", "FailureTarget"}) {
            JsonNode told = Conditions.find(job.path("status"), type);
            if (told.path("status").asText().equals("True")) {
                return new Verdict(
                        type.equals("SuccessCriteriaMet"),
                        told.path("reason").asText(),
                        told.path("message").asText());
            }
        }
        Verdict lost = byPolicy(tally);
        if (lost == null) {
            lost = byLimits(tally, now);
        }
        if (lost == null && Tally.indexed(job)) {
            lost = byIndexes(tally);
        }
        return lost != null ? lost : success(tally);
    }

    private static Verdict lost(String reason, String message) {
        return new Verdict(false, reason, message);
    }

    private static @Nullable Verdict byPolicy(Tally tally) {
        if (!tally.job().path("spec").path("podFailurePolicy").isObject()) {
            return null;
        }
        for (PodView pod : tally.pods()) {
            if (FailurePolicy.failed(tally.job(), pod)) {
                FailurePolicy rule = FailurePolicy.of(tally.job(), pod);
                if (rule.action().equals("FailJob")) {
                    return lost("PodFailurePolicy", rule.message());
                }
            }
        }
        return null;
    }

    private static @Nullable Verdict byLimits(Tally tally, Instant now) {
        JsonNode spec = tally.job().path("spec");
        int limit = spec.path("backoffLimit").asInt(6);
        if (tally.failedCount() > limit || restartedTooOften(tally, limit)) {
            return lost("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }
        Instant end = deadline(tally.job());
        if (end != null && !end.isAfter(now)) {
            return lost("DeadlineExceeded", "Job was active longer than specified deadline");
        }
        return null;
    }

    /// `null` when it has none, has not started or is suspended.
    static @Nullable Instant deadline(JsonNode job) {
        JsonNode limit = job.path("spec").path("activeDeadlineSeconds");
        Instant start = Meta.time(job.path("status").path("startTime"));
        boolean suspended = job.path("spec").path("suspend").asBoolean();
        return limit.isNumber() && start != null && !suspended ? start.plusSeconds(limit.asLong()) : null;
    }

    /// Containers that are restarted in place count like pods.
    private static boolean restartedTooOften(Tally tally, int limit) {
        JsonNode template = tally.job().path("spec").path("template");
        if (!template.path("spec").path("restartPolicy").asText().equals("OnFailure")) {
            return false;
        }
        int restarts = 0;
        for (PodView pod : tally.pods()) {
            if (pod.phase() == PodView.Phase.Running || pod.phase() == PodView.Phase.Pending) {
                for (String list : new String[] {"initContainerStatuses", "containerStatuses"}) {
                    if (pod.restarts() > 0 || list.startsWith("init")) {
                        for (JsonNode container : pod.tree().path("status").path(list)) {
                            restarts += container.path("restartCount").asInt();
                        }
                    }
                }
            }
        }
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    private static @Nullable Verdict byIndexes(Tally tally) {
        JsonNode spec = tally.job().path("spec");
        IndexRanges failed = tally.failedIndexes();
        if (failed != null) {
            JsonNode most = spec.path("maxFailedIndexes");
            if (most.isNumber() && failed.count() > most.asInt()) {
                return lost(
                        "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
            }
            if (failed.count() > 0
                    && failed.count() + tally.succeeded().count()
                            >= spec.path("completions").asInt()) {
                return lost("FailedIndexes", "Job has failed indexes");
            }
        }
        int rule = successRule(spec.path("successPolicy").path("rules"), tally.succeeded());
        return rule < 0 ? null : new Verdict(true, "SuccessPolicy", "Matched rules at index " + rule);
    }

    private static int successRule(JsonNode rules, IndexRanges succeeded) {
        int index = 0;
        for (JsonNode rule : rules) {
            JsonNode wanted = rule.path("succeededIndexes");
            JsonNode count = rule.path("succeededCount");
            BitSet relevant = succeeded.indexes();
            int all = Integer.MAX_VALUE;
            if (wanted.isTextual()) {
                IndexRanges ranges = IndexRanges.parse(wanted.asText());
                relevant.and(ranges.indexes());
                all = ranges.count();
            }
            boolean enough = count.isNumber() && relevant.cardinality() >= count.asInt();
            if (succeeded.count() > 0 && (enough || relevant.cardinality() == all)) {
                return index;
            }
            index++;
        }
        return -1;
    }

    private static @Nullable Verdict success(Tally tally) {
        JsonNode completions = tally.job().path("spec").path("completions");
        int done = tally.succeededCount();
        boolean idle = tally.active().isEmpty();
        boolean suspended = tally.job().path("spec").path("suspend").asBoolean();
        boolean reached = completions.isNumber() ? done >= completions.asInt() : done > 0;
        // A fixed number of completions may leave too many pods running: they are removed first.
        return reached && idle && !(suspended && !completions.isNumber())
                ? new Verdict(true, "CompletionsReached", "Reached expected number of succeeded pods")
                : null;
    }
}
