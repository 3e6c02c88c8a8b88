package io.kumiki.runs;

import io.fabric8.kubernetes.api.model.Pod;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.pipelines.engine.RunEvent;
import io.kumiki.pipelines.engine.StepOutcome;
import io.kumiki.runs.pod.PodNews;
import io.kumiki.runs.pod.PodReading;
import io.kumiki.runs.pod.StepLabels;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns what Kubernetes says about one run's pods into the engine's events; each thing is told once.
final class StepWatch {
    private final Surroundings s;
    private final Outcomes outcomes;
    private final Map<String, Pod> pods = new HashMap<>();
    private final Map<String, PodNews> told = new HashMap<>();
    /// Pod name → the moment its create request was sent, and what it waited for.
    private final Map<String, com.fasterxml.jackson.databind.node.ObjectNode> made = new HashMap<>();
    private @Nullable Instant lastEnd;
    private @Nullable Duration lastUpload;

    StepWatch(Surroundings s) {
        this.s = s;
        this.outcomes = new Outcomes(s);
    }

    Collection<Pod> pods() {
        return pods.values();
    }

    synchronized @Nullable Pod pod(String name) {
        return pods.get(name);
    }

    List<RunEvent> seen(Pod pod, LiveRun run) {
        var name = pod.getMetadata().getName();
        synchronized (this) {
            pods.put(name, pod);
        }
        var task = current(pod, run);
        var news = PodReading.read(pod);
        if (task == null || news.equals(told.get(name))) {
            return List.of();
        }
        var events = events(pod, task, news);
        told.put(name, news);
        return events;
    }

    List<RunEvent> gone(Pod last, LiveRun run) {
        var name = last.getMetadata().getName();
        synchronized (this) {
            pods.remove(name);
        }
        var task = current(last, run);
        if (task == null) {
            told.remove(name);
            return List.of();
        }
        var news = PodReading.read(last);
        boolean ended =
                news instanceof PodNews.Ended || news instanceof PodNews.Refused || news instanceof PodNews.Lost;
        if (ended) {
            var events = news.equals(told.get(name)) ? List.<RunEvent>of() : events(last, task, news);
            told.remove(name);
            return events;
        }
        told.remove(name);
        return List.of(new RunEvent.StepLost(
                task.id(),
                task.attempt(),
                new RunFault("PodDeleted", "The step's pod " + name + " was deleted before it ended.")));
    }

    private List<RunEvent> events(Pod pod, TaskRecord task, PodNews news) {
        var name = pod.getMetadata().getName();
        return switch (news) {
            case PodNews.Waiting w ->
                w.why() == null && !told.containsKey(name) ? List.of() : List.of(noted(task, name, w.why()));
            case PodNews.Running r -> List.of(started(pod, task));
            case PodNews.Publishing p ->
                told.get(name) instanceof PodNews.Running ? List.of() : List.of(started(pod, task));
            case PodNews.Ended e -> ended(pod, task, e);
            case PodNews.Lost l -> List.of(new RunEvent.StepLost(task.id(), task.attempt(), l.why()));
            case PodNews.Refused r ->
                List.of(new RunEvent.StepRefused(task.id(), task.attempt(), detailed(pod, r.why())));
        };
    }

    private List<RunEvent> ended(Pod pod, TaskRecord task, PodNews.Ended end) {
        var outcome = outcomes.of(pod, end);
        s.metrics().stepEnded(end.exitCode());
        s.metrics().stepSpan(task, s.clock().instant(), end.exitCode());
        times(outcome, end);
        var over = new RunEvent.StepEnded(task.id(), task.attempt(), outcome);
        var before = told.get(pod.getMetadata().getName());
        boolean known = before instanceof PodNews.Running || before instanceof PodNews.Publishing;
        // A quick step may be over before anybody saw it running; its notes still belong to it.
        return known ? List.of(over) : List.of(started(pod, task), over);
    }

    private RunEvent.StepStarted started(Pod pod, TaskRecord task) {
        var name = pod.getMetadata().getName();
        var notes = made.getOrDefault(name, Json.object()).deepCopy();
        made.remove(name);
        var node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        if (node != null) {
            notes.put(Notes.NODE, node);
        }
        if (outcomes.simulated(pod)) {
            notes.put(Notes.SIMULATED, true);
        }
        var image = pod.getMetadata().getAnnotations().get(StepLabels.IMAGE);
        if (image != null) {
            notes.put(Notes.IMAGE, image);
        }
        var log = pod.getMetadata().getAnnotations().get(StepLabels.LOG);
        if (log != null) {
            notes.put(Notes.LOG, log);
            // Earlier attempts stay readable.
            notes.put(Notes.LOG + "/" + task.attempt(), log);
        }
        notes.put("pod/" + task.attempt(), name);
        return new RunEvent.StepStarted(task.id(), task.attempt(), name, notes);
    }

    private static RunEvent noted(TaskRecord task, String name, @Nullable String why) {
        return new RunEvent.StepNoted(
                task.id(), task.attempt(), name, Json.object().put(Notes.WHY, why));
    }

    private RunFault detailed(Pod pod, RunFault why) {
        if (!why.reason().equals("InputsUnavailable")) {
            return why;
        }
        var last = outcomes.lastWords(pod, StepLabels.FETCH);
        return last.isEmpty() ? why : new RunFault(why.reason(), why.message() + ": " + last);
    }

    /// The embedded node agent tells milliseconds. Elsewhere Kubernetes' times have whole seconds, and the moment
    /// counts at which the
    /// agent was told of the end.
    private void times(StepOutcome outcome, PodNews.Ended end) {
        var published = outcome.published();
        if (published != null && published.path("endedAt").isNumber()) {
            lastEnd = end.at().getNano() != 0
                    ? end.at()
                    : Instant.ofEpochMilli(published.path("endedAt").asLong());
            var stored = Instant.ofEpochMilli(published.path("storedAt").asLong());
            lastUpload = Duration.between(lastEnd, stored);
            s.metrics().upload(lastUpload.toNanos() / 1e9);
        }
    }

    /// Called with the create request of a pod that the last end brought about.
    synchronized void creating(String podName, boolean caused) {
        if (caused && lastEnd != null && lastUpload != null) {
            var gap = Duration.between(lastEnd, s.clock().instant());
            s.metrics().transition(gap.toNanos() / 1e9);
            made.put(
                    podName,
                    Json.object()
                            .put(Notes.TRANSITION, gap.toNanos() / 1e6)
                            .put(Notes.UPLOAD, lastUpload.toNanos() / 1e6));
        }
    }

    void settled() {
        lastEnd = null;
        lastUpload = null;
    }

    /// The task this pod belongs to, if this attempt is still the one that counts.
    private static @Nullable TaskRecord current(Pod pod, LiveRun run) {
        var labels = pod.getMetadata().getLabels();
        var attempt = pod.getMetadata().getAnnotations().get(StepLabels.ATTEMPT);
        var task = labels == null ? null : run.task(labels.getOrDefault(StepLabels.TASK, ""));
        return task != null
                        && !task.state().terminal()
                        && String.valueOf(task.attempt()).equals(attempt)
                ? task
                : null;
    }
}
