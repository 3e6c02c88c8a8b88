package io.kumiki.kube.controllers.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Action.Story;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.OwnPods;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Pods until enough of them succeeded, or until one of the Job's limits says that it failed.
final class JobReconciler implements Reconciler {
    static final String COMPONENT = "job-controller";

    @Override
    public Plan decide(ObjectNode job, World world, Instant now) {
        if (Tally.elsewhere(job)) {
            return Plan.NOTHING;
        }
        if (Verdict.finished(job)) {
            return expire(job, now);
        }
        Tally tally = Tally.of(job, world.podsOwnedBy(Meta.uid(job)));
        ObjectNode status = job.path("status").deepCopy();
        Run run = new Run(tally, status, now);
        run.start();
        Verdict verdict = Verdict.of(tally, now);
        if (verdict != null) {
            run.removeAll();
        } else if (!Meta.deleting(job)) {
            run.manage();
        }
        // Who need not be counted is let go before it is deleted, else its deletion would look like a failure.
        List<Action> actions =
                new ArrayList<>(tally.advance(status, verdict != null, verdict != null && verdict.won()));
        actions.addAll(run.actions);
        run.count();
        if (verdict != null) {
            actions.addAll(run.conclude(verdict));
        }
        return new Plan(actions, status, verdict != null ? null : Plan.earlier(run.next, Verdict.deadline(job)));
    }

    /// What is over goes when its time to live is over.
    private static Plan expire(ObjectNode job, Instant now) {
        JsonNode life = job.path("spec").path("ttlSecondsAfterFinished");
        if (!life.isNumber() || Meta.deleting(job)) {
            return Plan.NOTHING;
        }
        Instant end = null;
        for (String type : List.of("Complete", "Failed")) {
            JsonNode condition = Conditions.find(job.path("status"), type);
            if (condition.path("status").asText().equals("True")) {
                end = Meta.time(condition.path("lastTransitionTime"));
            }
        }
        Instant gone = (end == null ? now : end).plusSeconds(life.asLong());
        if (gone.isAfter(now)) {
            return new Plan(List.of(), null, gone);
        }
        Deletion all = new Deletion(null, "Foreground", null, null, false);
        return Plan.of(List.of(Meta.delete(ResourceType.JOBS, job, all, null)));
    }

    /// One decision in the making.
    private static final class Run {
        private final Tally tally;
        private final ObjectNode job;
        private final OwnPods own;
        private final ObjectNode status;
        private final Instant now;
        private final boolean suspended;
        private final List<Action> actions = new ArrayList<>();
        private int active;
        private int ready;
        private int terminating;
        private @Nullable Instant next;

        Run(Tally tally, ObjectNode status, Instant now) {
            this.tally = tally;
            this.job = tally.job();
            this.own = new OwnPods(job, COMPONENT);
            this.status = status;
            this.now = now;
            this.suspended = job.path("spec").path("suspend").asBoolean();
            this.active = tally.active().size();
            this.ready = (int) tally.active().stream().filter(PodView::ready).count();
            this.terminating = tally.terminating();
        }

        void start() {
            if (!status.has("startTime") && !suspended) {
                status.put("startTime", Meta.text(now));
            }
        }

        void count() {
            status.put("active", active).put("ready", ready).put("terminating", terminating);
            for (String field : List.of("active", "succeeded", "failed")) {
                if (status.path(field).asInt() == 0) {
                    status.remove(field);
                }
            }
        }

        void removeAll() {
            tally.active().forEach(this::delete);
        }

        /// A pod that the Job itself has no use for is no failure: it is let go before it is deleted.
        private void takeBack(PodView pod) {
            if (pod.tracked()) {
                actions.add(Tally.release(pod));
            }
            delete(pod);
        }

        private void delete(PodView pod) {
            actions.add(own.delete(pod));
            active--;
            ready -= pod.ready() ? 1 : 0;
            terminating++;
        }

        void manage() {
            suspension();
            if (suspended) {
                tally.active().forEach(this::takeBack);
                return;
            }
            JsonNode spec = job.path("spec");
            int parallel = spec.path("parallelism").asInt(1);
            JsonNode completions = spec.path("completions");
            int wanted;
            if (completions.isNumber()) {
                wanted = Math.clamp((long) completions.asInt() - tally.succeededCount(), 0, parallel);
            } else {
                wanted = tally.succeededCount() > 0 ? active : parallel;
            }
            List<PodView> surplus = surplus(active - wanted);
            if (!surplus.isEmpty()) {
                surplus.forEach(this::takeBack);
                return;
            }
            boolean onlyFailed = spec.path("podReplacementPolicy").asText().equals("Failed");
            int ending = onlyFailed
                    ? (int) tally.pods().stream()
                            .filter(pod -> pod.deleting() && !pod.over() && !pod.ended())
                            .count()
                    : 0;
            int missing = Math.min(wanted - ending - active, OwnPods.BURST);
            if (missing > 0) {
                create(missing);
            }
        }

        private List<PodView> surplus(int count) {
            List<PodView> removed = new ArrayList<>(Tally.indexed(job) ? Indexes.surplus(tally) : List.of());
            List<PodView> rest = new ArrayList<>(tally.active());
            rest.removeAll(removed);
            rest.sort(Comparator.comparing((PodView pod) -> !pod.node().isEmpty())
                    .thenComparing(PodView::phase)
                    .thenComparing(PodView::ready)
                    .thenComparing(Comparator.comparing(PodView::created).reversed())
                    .thenComparing(PodView::uid));
            while (removed.size() < count && !rest.isEmpty()) {
                removed.add(rest.removeFirst());
            }
            return removed.size() > OwnPods.BURST ? removed.subList(0, OwnPods.BURST) : removed;
        }

        private void create(int missing) {
            if (!Tally.perIndex(job)) {
                Instant later = JobBackoff.of(tally, now);
                if (later != null) {
                    next = Plan.earlier(next, later);
                    return;
                }
            }
            if (!Tally.indexed(job)) {
                for (int i = 0; i < missing; i++) {
                    add(pod(-1));
                }
                return;
            }
            int most = Tally.perIndex(job) ? Integer.MAX_VALUE : missing;
            int made = 0;
            for (int index : Indexes.pending(tally, most)) {
                Instant later = Tally.perIndex(job) ? Indexes.retry(tally, index, now) : null;
                if (later != null) {
                    next = Plan.earlier(next, later);
                } else if (made < missing) {
                    add(pod(index));
                    made++;
                }
            }
        }

        private void add(ObjectNode pod) {
            actions.add(own.create(pod));
            active++;
        }

        private ObjectNode pod(int index) {
            ObjectNode pod = own.like(job.path("spec").path("template"));
            ObjectNode metadata = (ObjectNode) pod.get("metadata");
            ArrayNode finalizers =
                    metadata.path("finalizers") instanceof ArrayNode some ? some : metadata.putArray("finalizers");
            finalizers.add(PodView.TRACKED);
            if (index >= 0) {
                Indexes.describe(tally, pod, index);
            }
            return pod;
        }

        private void suspension() {
            JsonNode told = Conditions.find(status, "Suspended");
            boolean before = told.path("status").asText().equals("True");
            if (suspended == before || !suspended && told.isMissingNode()) {
                return;
            }
            condition(
                    "Suspended",
                    suspended,
                    suspended ? "JobSuspended" : "JobResumed",
                    suspended ? "Job suspended" : "Job resumed");
            actions.add(new Action.Tell(Story.normal(
                    job, COMPONENT, suspended ? "Suspended" : "Resumed", suspended ? "Job suspended" : "Job resumed")));
            if (!suspended) {
                status.put("startTime", Meta.text(now));
            }
        }

        private void condition(String type, boolean holds, String reason, String message) {
            Conditions.set(
                    status,
                    Json.object()
                            .put("type", type)
                            .put("status", holds ? "True" : "False")
                            .put("lastProbeTime", Meta.text(now))
                            .put("lastTransitionTime", Meta.text(now))
                            .put("reason", reason)
                            .put("message", message));
        }

        /// First that it is decided; that it is over only when every pod is counted and gone.
        List<Action> conclude(Verdict verdict) {
            String early = verdict.won() ? "SuccessCriteriaMet" : "FailureTarget";
            if (!Conditions.holds(status, early)) {
                condition(early, true, verdict.reason(), verdict.message());
            }
            boolean counted = status.path("uncountedTerminatedPods").isEmpty()
                    && tally.pods().stream().noneMatch(PodView::tracked);
            if (!counted || terminating > 0) {
                return List.of();
            }
            condition(verdict.won() ? "Complete" : "Failed", true, verdict.reason(), verdict.message());
            if (verdict.won()) {
                status.put("completionTime", Meta.text(now));
                return List.of(new Action.Tell(Story.normal(job, COMPONENT, "Completed", "Job completed")));
            }
            return List.of(new Action.Tell(Story.warning(job, COMPONENT, verdict.reason(), verdict.message())));
        }
    }
}
