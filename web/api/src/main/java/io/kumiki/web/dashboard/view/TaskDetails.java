package io.kumiki.web.dashboard.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.StateChange;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Tx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One task in full: what went in and out, its attempts, and why it stands where it does.
public final class TaskDetails {
    private record Attempt(Instant from, List<StateChange> changes) {}

    private final Tx tx;
    private final ArtifactRows artifacts;

    public TaskDetails(Tx tx, ArtifactRows artifacts) {
        this.tx = tx;
        this.artifacts = artifacts;
    }

    public ObjectNode detail(TaskRecord t, @Nullable SpecRecord spec) {
        List<TaskRecord> upstream = spec == null
                ? List.of()
                : upstream(t, SpecTask.at(spec, t.path()).upstream());
        ObjectNode out = TaskRows.row(t);
        out.set("inputs", values(t.inputs()));
        out.set("outputs", values(t.outputs()));
        out.set("history", Fields.history(t.history()));
        Fields.fault(out, "why", why(t, upstream));
        out.set("attempts", attempts(t));
        out.put("logs", t.kind() == TaskKind.CONTAINER);
        ArrayNode before = out.putArray("upstream");
        upstream.forEach(u -> before.addObject()
                .put("taskId", u.id())
                .put("name", u.displayName())
                .put("state", u.state().name()));
        out.put("image", spec == null ? null : SpecTask.at(spec, t.path()).image());
        TaskRecord source = t.cachedFrom() == null ? null : tx.tasks().get(t.cachedFrom());
        return out.put("cachedFromRunId", source == null ? null : source.runId());
    }

    private List<TaskRecord> upstream(TaskRecord t, Set<String> names) {
        if (names.isEmpty()) {
            return List.of();
        }
        return tx.tasks().ofRun(t.runId()).stream()
                .filter(other ->
                        java.util.Objects.equals(other.parentId(), t.parentId()) && names.contains(other.name()))
                .toList();
    }

    private ObjectNode values(ObjectNode given) {
        ObjectNode out = Json.object();
        out.set("parameters", given.path("parameters") instanceof ObjectNode parameters ? parameters : Json.object());
        ObjectNode lists = out.putObject("artifacts");
        given.path("artifacts").properties().forEach(entry -> {
            ArrayNode list = lists.putArray(entry.getKey());
            for (JsonNode id : entry.getValue()) {
                ArtifactRecord artifact = tx.artifacts().get(id.asLong());
                if (artifact != null) {
                    list.add(artifacts.row(artifact));
                }
            }
        });
        return out;
    }

    private static @Nullable RunFault why(TaskRecord t, List<TaskRecord> upstream) {
        if (t.error() != null) {
            return t.error();
        }
        String waiting = t.notes().path("waiting").asText();
        if (!waiting.isEmpty()
                && !t.notes().path("waiting").isNull()
                && !t.state().terminal()) {
            return new RunFault("PodPending", waiting);
        }
        if (t.state() == TaskState.WAITING && t.wakeAt() != null) {
            return new RunFault("BackOff", "the next attempt starts at " + t.wakeAt());
        }
        List<TaskRecord> open =
                upstream.stream().filter(u -> !u.state().terminal()).toList();
        if (t.state() == TaskState.WAITING && !open.isEmpty()) {
            return new RunFault(
                    "WaitsForUpstream",
                    "waits for " + open.stream().map(TaskRecord::displayName).collect(Collectors.joining(", ")));
        }
        return null;
    }

    /// Each STARTING in the history begins an attempt; what the newest left behind is known best.
    private static ArrayNode attempts(TaskRecord t) {
        ArrayNode out = Json.array();
        if (t.podName() == null && t.history().stream().noneMatch(c -> c.state().equals(TaskState.STARTING.name()))) {
            return out;
        }
        List<Attempt> found = new ArrayList<>();
        for (StateChange change : t.history()) {
            if (change.state().equals(TaskState.STARTING.name())) {
                found.add(new Attempt(change.at(), new ArrayList<>()));
            } else if (!found.isEmpty()) {
                found.getLast().changes().add(change);
            }
        }
        int first = t.attempt() - found.size() + 1;
        for (int i = 0; i < found.size(); i++) {
            boolean newest = i == found.size() - 1;
            int number = Math.max(1, first + i);
            ObjectNode one = out.addObject()
                    .put("attempt", number)
                    .put(
                            "podName",
                            newest
                                    ? t.podName()
                                    : Fields.orNull(
                                            t.notes().path("pod/" + number).asText()));
            earlierOrNewest(one, t, found.get(i), newest);
        }
        return out;
    }

    private static void earlierOrNewest(ObjectNode one, TaskRecord t, Attempt attempt, boolean newest) {
        Instant started = attempt.changes().stream()
                .filter(c -> c.state().equals(TaskState.RUNNING.name()))
                .map(StateChange::at)
                .findFirst()
                .orElse(attempt.from());
        Instant ended = attempt.changes().stream()
                .filter(c -> !c.state().equals(TaskState.RUNNING.name())
                        && !c.state().equals(TaskState.STOPPING.name()))
                .map(StateChange::at)
                .findFirst()
                .orElse(null);
        one.put("state", newest ? t.state().name() : TaskState.FAILED.name());
        Fields.time(one, "startedAt", started);
        Fields.time(one, "finishedAt", newest ? t.finishedAt() : ended);
        JsonNode exit = t.notes().path("exitCode");
        one.put("exitCode", newest && exit.isInt() ? exit.asInt() : null);
        Fields.fault(one, "error", newest ? t.error() : null);
    }
}
