package io.kumiki.kube.controllers.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.model.IndexRanges;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How many pods of a Job succeeded and failed, each counted once whatever is interrupted: a pod that ended is first
/// written into the Job's status as uncounted, then let go, and only a pod that is let go moves into the counters.
///
/// @param uncountedSucceeded uids in the status, not yet in its counters
/// @param succeeded completed indexes of an indexed Job, as they will be
/// @param failedIndexes indexes that are given up; `null` without a limit per index
record Tally(
        ObjectNode job,
        List<PodView> pods,
        Set<String> uncountedSucceeded,
        Set<String> uncountedFailed,
        IndexRanges succeeded,
        @Nullable IndexRanges failedIndexes) {
    static boolean indexed(JsonNode job) {
        return job.path("spec").path("completionMode").asText().equals("Indexed");
    }

    static boolean perIndex(JsonNode job) {
        return job.path("spec").path("backoffLimitPerIndex").isNumber();
    }

    /// Whether somebody else runs it.
    static boolean elsewhere(JsonNode job) {
        String manager = job.path("spec").path("managedBy").asText("");
        return !manager.isEmpty() && !manager.equals("kubernetes.io/job-controller");
    }

    static Tally of(ObjectNode job, List<PodView> pods) {
        JsonNode status = job.path("status");
        JsonNode uncounted = status.path("uncountedTerminatedPods");
        Set<String> done = texts(uncounted.path("succeeded"));
        Set<String> failed = texts(uncounted.path("failed"));
        if (!indexed(job)) {
            return new Tally(job, pods, done, failed, IndexRanges.NONE, null);
        }
        int completions = job.path("spec").path("completions").asInt();
        BitSet completed =
                IndexRanges.parse(status.path("completedIndexes").asText("")).indexes();
        BitSet lost = IndexRanges.parse(status.path("failedIndexes").asText("")).indexes();
        for (PodView pod : pods) {
            if (pod.tracked() && pod.index() >= 0 && pod.index() < completions) {
                if (pod.phase() == PodView.Phase.Succeeded) {
                    completed.set(pod.index());
                } else if (perIndex(job) && FailurePolicy.givesUpIndex(job, pod)) {
                    lost.set(pod.index());
                }
            }
        }
        lost.andNot(completed);
        return new Tally(
                job, pods, done, failed, new IndexRanges(completed), perIndex(job) ? new IndexRanges(lost) : null);
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new LinkedHashSet<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    List<PodView> active() {
        return pods.stream().filter(PodView::active).toList();
    }

    int terminating() {
        return (int) pods.stream().filter(pod -> pod.deleting() && !pod.over()).count();
    }

    private boolean uncounted(PodView pod) {
        return uncountedSucceeded.contains(pod.uid()) || uncountedFailed.contains(pod.uid());
    }

    /// Ended and not yet in the status.
    private List<PodView> fresh(boolean successes) {
        List<PodView> found = new ArrayList<>();
        for (PodView pod : pods) {
            boolean ended = successes ? pod.phase() == PodView.Phase.Succeeded : FailurePolicy.failed(job, pod);
            if (pod.tracked() && ended && !uncounted(pod)) {
                found.add(pod);
            }
        }
        return found;
    }

    int succeededCount() {
        return indexed(job)
                ? succeeded.count()
                : job.path("status").path("succeeded").asInt()
                        + uncountedSucceeded.size()
                        + fresh(true).size();
    }

    int failedCount() {
        long fresh = fresh(false).stream()
                .filter(pod -> FailurePolicy.of(job, pod).counts())
                .count();
        return job.path("status").path("failed").asInt() + uncountedFailed.size() + (int) fresh;
    }

    /// Moves the count on by one step: what the status shall say, and which pods may be let go because it says so
    /// already.
    ///
    /// @param over whether the Job's fate is decided
    /// @param won whether it is success
    List<Action> advance(ObjectNode status, boolean over, boolean won) {
        Set<String> done = new LinkedHashSet<>(uncountedSucceeded);
        Set<String> failed = new LinkedHashSet<>(uncountedFailed);
        Set<String> kept = new HashSet<>();
        pods.stream().filter(PodView::tracked).forEach(pod -> kept.add(pod.uid()));
        int countedDone = settle(done, kept);
        int countedFailed = settle(failed, kept);
        List<Action> released = new ArrayList<>();
        for (PodView pod : pods) {
            if (pod.tracked() && mayGo(pod, over)) {
                count(pod, done, failed, released, over && !won);
            }
        }
        JsonNode before = job.path("status");
        status.put(
                "succeeded",
                indexed(job) ? succeeded.count() : before.path("succeeded").asInt() + countedDone);
        status.put("failed", before.path("failed").asInt() + countedFailed);
        ObjectNode uncounted = status.putObject("uncountedTerminatedPods");
        put(uncounted, "succeeded", done);
        put(uncounted, "failed", failed);
        if (indexed(job)) {
            if (succeeded.count() > 0) {
                status.put("completedIndexes", succeeded.text());
            }
            if (failedIndexes != null) {
                status.put("failedIndexes", failedIndexes.text());
            }
        }
        return released;
    }

    /// Takes out who was let go; how many.
    private static int settle(Set<String> uids, Set<String> kept) {
        int before = uids.size();
        uids.retainAll(kept);
        return before - uids.size();
    }

    private void count(PodView pod, Set<String> done, Set<String> failed, List<Action> released, boolean lost) {
        boolean written = uncounted(pod);
        if (pod.phase() == PodView.Phase.Succeeded && !failed.contains(pod.uid())) {
            if (indexed(job)) {
                written = completedBefore(pod.index()) || pod.index() < 0 || pod.index() >= completions();
            } else {
                done.add(pod.uid());
            }
        } else if (FailurePolicy.failed(job, pod) || lost) {
            boolean valid = !indexed(job) || pod.index() >= 0 && pod.index() < completions();
            if (valid && FailurePolicy.of(job, pod).counts()) {
                failed.add(pod.uid());
            } else {
                written = true;
            }
        } else {
            written = true;
        }
        if (written) {
            released.add(release(pod));
        }
    }

    private int completions() {
        return job.path("spec").path("completions").asInt();
    }

    private boolean completedBefore(int index) {
        return IndexRanges.parse(job.path("status").path("completedIndexes").asText(""))
                .contains(index);
    }

    /// The last failed pod of an index remembers how often it failed until another pod carries that on.
    private boolean mayGo(PodView pod, boolean over) {
        if (Meta.deleting(job) || over || pod.phase() == PodView.Phase.Succeeded) {
            return true;
        }
        return FailurePolicy.failed(job, pod) && !(perIndex(job) && pod.equals(Indexes.lastFailed(this, pod.index())));
    }

    private static void put(ObjectNode uncounted, String field, Set<String> uids) {
        if (!uids.isEmpty()) {
            ArrayNode array = uncounted.putArray(field);
            uids.forEach(array::add);
        }
    }

    static Action release(PodView pod) {
        ObjectNode tree = pod.tree();
        ArrayNode rest = Json.array();
        for (JsonNode finalizer : tree.path("metadata").path("finalizers")) {
            if (!finalizer.asText().equals(PodView.TRACKED)) {
                rest.add(finalizer);
            }
        }
        ObjectNode merge = Json.object();
        merge.putObject("metadata")
                .put(
                        "resourceVersion",
                        tree.path("metadata").path("resourceVersion").asText())
                .set("finalizers", rest);
        return new Action.Change(ResourceType.PODS, tree, "", merge, null);
    }
}
