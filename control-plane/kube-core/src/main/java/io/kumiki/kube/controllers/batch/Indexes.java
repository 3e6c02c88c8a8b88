package io.kumiki.kube.controllers.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.model.IndexRanges;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The indexes of an indexed Job: which are still to be worked on, and what a pod is told of its own.
final class Indexes {
    private static final String FAILURES = "batch.kubernetes.io/job-index-failure-count";
    private static final String IGNORED = "batch.kubernetes.io/job-index-ignored-failure-count";

    private Indexes() {}

    /// The lowest indexes without a pod, a success or a final failure.
    static List<Integer> pending(Tally tally, int count) {
        BitSet taken = tally.succeeded().indexes();
        IndexRanges failed = tally.failedIndexes();
        if (failed != null) {
            taken.or(failed.indexes());
        }
        boolean onlyFailed =
                tally.job().path("spec").path("podReplacementPolicy").asText().equals("Failed");
        for (PodView pod : tally.pods()) {
            if (pod.index() >= 0 && (pod.active() || onlyFailed && pod.deleting() && !pod.over() && !pod.ended())) {
                taken.set(pod.index());
            }
        }
        List<Integer> found = new ArrayList<>();
        int completions = tally.job().path("spec").path("completions").asInt();
        for (int index = taken.nextClearBit(0);
                index < completions && found.size() < count;
                index = taken.nextClearBit(index + 1)) {
            found.add(index);
        }
        return found;
    }

    /// Active pods that work on what another works on already, or on nothing.
    static List<PodView> surplus(Tally tally) {
        List<PodView> found = new ArrayList<>();
        BitSet seen = tally.succeeded().indexes();
        int completions = tally.job().path("spec").path("completions").asInt();
        for (PodView pod : tally.active()) {
            if (pod.index() < 0 || pod.index() >= completions || seen.get(pod.index())) {
                found.add(pod);
            } else {
                seen.set(pod.index());
            }
        }
        return found;
    }

    /// The failed pod that knows how often an index failed; `null` once an active pod carries the number.
    static @Nullable PodView lastFailed(Tally tally, int index) {
        PodView last = null;
        if (index < 0 || tally.succeeded().contains(index)) {
            return null;
        }
        IndexRanges lost = tally.failedIndexes();
        if (lost != null && lost.contains(index)) {
            return null;
        }
        for (PodView pod : tally.pods()) {
            if (pod.index() != index) {
                continue;
            }
            if (pod.active()) {
                return null;
            }
            boolean failed = pod.tracked() && FailurePolicy.failed(tally.job(), pod);
            if (failed && (last == null || failures(pod) >= failures(last))) {
                last = pod;
            }
        }
        return last;
    }

    static int failures(PodView pod) {
        return number(pod.tree(), FAILURES);
    }

    private static int number(JsonNode pod, String annotation) {
        String text = Meta.annotation(pod, annotation);
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    /// When an index may be tried again; `null` when now.
    static @Nullable Instant retry(Tally tally, int index, Instant now) {
        PodView last = lastFailed(tally, index);
        if (last == null) {
            return null;
        }
        ObjectNode tree = last.tree();
        return JobBackoff.until(number(tree, FAILURES) + number(tree, IGNORED) + 1, JobBackoff.finished(tree), now);
    }

    static void describe(Tally tally, ObjectNode pod, int index) {
        ObjectNode metadata = (ObjectNode) pod.get("metadata");
        String name = Meta.name(tally.job());
        String text = Integer.toString(index);
        String prefix = name + "-" + text + "-";
        metadata.put(
                "generateName",
                prefix.length() > 58 ? name.substring(0, 58 - text.length() - 2) + "-" + text + "-" : prefix);
        metadata.withObject("/labels").put(PodView.INDEX, text);
        ObjectNode annotations = metadata.withObject("/annotations").put(PodView.INDEX, text);
        if (Tally.perIndex(tally.job())) {
            PodView last = lastFailed(tally, index);
            int failures = last == null ? 0 : failures(last);
            int ignored = last == null ? 0 : number(last.tree(), IGNORED);
            if (last != null && FailurePolicy.of(tally.job(), last).counts()) {
                failures++;
            } else if (last != null) {
                ignored++;
            }
            annotations.put(FAILURES, Integer.toString(failures));
            if (ignored > 0) {
                annotations.put(IGNORED, Integer.toString(ignored));
            }
        }
        ObjectNode spec = (ObjectNode) pod.get("spec");
        spec.put("hostname", name + "-" + text);
        for (String list : List.of("initContainers", "containers")) {
            spec.path(list).forEach(container -> environment((ObjectNode) container));
        }
    }

    private static void environment(ObjectNode container) {
        for (JsonNode each : container.path("env")) {
            if (each.path("name").asText().equals("JOB_COMPLETION_INDEX")) {
                return;
            }
        }
        ArrayNode env = container.path("env").isArray() ? (ArrayNode) container.get("env") : container.putArray("env");
        ObjectNode variable = Json.object().put("name", "JOB_COMPLETION_INDEX");
        variable.putObject("valueFrom")
                .putObject("fieldRef")
                .put("fieldPath", "metadata.labels['" + PodView.INDEX + "']");
        env.add(variable);
    }
}
