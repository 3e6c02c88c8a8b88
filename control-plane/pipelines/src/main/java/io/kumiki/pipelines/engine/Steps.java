package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.RunPolicy;
import io.kumiki.pipelines.expression.Unresolvable;
import io.kumiki.pipelines.ir.Body;
import io.kumiki.pipelines.ir.RetryPolicy;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The life of one leaf, from its inputs to its outputs.
final class Steps {
    /// A pod that is lost this often is no accident of the cluster's.
    static final int MOST_LOSSES = 20;

    private final Board board;
    private final StepRequests requests;
    private final PlatformRenderer platform;
    private final Volumes volumes;
    private final Imports imports;

    Steps(Board board, InputResolver resolver, Volumes volumes) {
        this.board = board;
        this.requests = new StepRequests(board, resolver);
        this.platform = new PlatformRenderer(resolver);
        this.volumes = volumes;
        this.imports = new Imports(board, this::launch);
    }

    void start(Leaf leaf, InputResolver.Inputs inputs) {
        board.touch(leaf);
        switch (leaf.spec().component().body()) {
            case Body.Container c -> {
                String fingerprint = fingerprint(leaf, c, inputs);
                if (leaf.state.terminal()) {
                    return;
                }
                if (fingerprint == null) {
                    launch(leaf);
                } else {
                    leaf.fingerprint = fingerprint;
                    board.command(new Command.LookUpCache(leaf.id, fingerprint));
                }
            }
            case Body.Importer i -> imports.start(leaf, i);
            case Body.CreateVolume v -> begin(leaf, volumes.create(leaf));
            case Body.DeleteVolume v -> begin(leaf, volumes.delete(leaf));
            case io.kumiki.pipelines.ir.Dag d -> throw new IllegalStateException(leaf.path + " is no leaf");
        }
    }

    private void begin(Leaf leaf, Command command) {
        board.move(leaf, TaskState.RUNNING);
        leaf.startedAt = board.now();
        board.command(command);
    }

    /// Null when the step may not be taken from the cache: it is not wanted, or the step works on the run's own
    /// workspace.
    private @Nullable String fingerprint(Leaf leaf, Body.Container c, InputResolver.Inputs inputs) {
        if (!leaf.spec().cache()) {
            return null;
        }
        if (board.pipeline.policy().workspace() != null) {
            StepRequest request = request(leaf);
            if (request == null || request.workspace() != null) {
                return null;
            }
        }
        String key = leaf.spec().cacheKey();
        return key != null && !key.isEmpty()
                ? key
                : Fingerprint.of(leaf.spec().component(), c, inputs, platform.claims(leaf));
    }

    /// The next attempt.
    void launch(Leaf leaf) {
        leaf.attempt++;
        leaf.wakeAt = null;
        leaf.podName = null;
        StepRequest request = request(leaf);
        if (request != null) {
            board.move(leaf, TaskState.STARTING);
            board.command(new Command.StartStep(request, false));
        }
    }

    /// Null when the task has failed over it.
    private @Nullable StepRequest request(Leaf leaf) {
        try {
            return requests.of(leaf);
        } catch (Unresolvable e) {
            board.end(leaf, TaskState.FAILED, FaultCode.InputUnresolvable.fault(e.getMessage()));
        } catch (StepRequests.TooLong e) {
            board.end(leaf, TaskState.FAILED, FaultCode.ArgumentTooLong.fault(String.valueOf(e.getMessage())));
        }
        return null;
    }

    void cacheAnswer(Leaf leaf, RunEvent.@Nullable CacheHit hit) {
        if (leaf.state != TaskState.WAITING || !leaf.begun || leaf.wakeAt != null || leaf.fingerprint == null) {
            return;
        }
        if (hit == null || !complete(leaf, hit)) {
            launch(leaf);
            return;
        }
        hit.outputs().forEach(board::know);
        leaf.outputs = hit.task().outputs().deepCopy();
        leaf.cachedFrom = hit.task().id();
        board.end(leaf, TaskState.CACHED, null);
    }

    /// Whether the earlier task has every declared output, with artifacts that are known.
    private static boolean complete(Leaf leaf, RunEvent.CacheHit hit) {
        Set<Long> known = new HashSet<>();
        hit.outputs().forEach(a -> known.add(a.id()));
        ObjectNode outputs = hit.task().outputs();
        boolean parameters =
                leaf.spec().component().outputs().keySet().stream().allMatch(k -> Io.parameter(outputs, k) != null);
        return parameters
                && leaf.spec().component().outputArtifacts().keySet().stream().allMatch(k -> {
                    List<Long> ids = Io.ids(outputs, k);
                    return ids != null && known.containsAll(ids);
                });
    }

    void artifactAnswer(Leaf leaf, @Nullable ArtifactRecord found) {
        boolean asked = leaf.state == TaskState.RUNNING && !hasPod(leaf);
        if (asked && leaf.spec().component().body() instanceof Body.Importer importer) {
            imports.answer(leaf, importer, found);
        }
    }

    // ---- volumes ----

    void claimWorkspace(RunPolicy.Workspace workspace) {
        board.command(volumes.workspace(workspace));
    }

    void releaseWorkspace() {
        if (board.pipeline.policy().workspace() != null) {
            board.command(new Command.DeleteVolume(board.root.id, volumes.workspaceClaim()));
        }
    }

    // ---- pods ----

    /// Whether its present state is about a pod: an importer has one only once it knows its artifact and must
    /// download it.
    private static boolean hasPod(Leaf leaf) {
        boolean makes = switch (leaf.spec().component().body()) {
            case Body.Container c -> true;
            case Body.Importer i ->
                i.downloadToWorkspace() && !Io.artifacts(leaf.outputs).isEmpty();
            default -> false;
        };
        return makes
                && switch (leaf.state) {
                    case STARTING, RUNNING, STOPPING -> true;
                    case WAITING, SUCCEEDED, CACHED, SKIPPED, FAILED, STOPPED -> false;
                };
    }

    private static boolean current(Leaf leaf, int attempt) {
        return hasPod(leaf) && leaf.attempt == attempt;
    }

    void noted(Leaf leaf, int attempt, String pod, ObjectNode notes) {
        if (current(leaf, attempt)) {
            leaf.podName = pod;
            ObjectNode more = leaf.notes.deepCopy();
            more.setAll(notes);
            leaf.notes = more;
            board.touch(leaf);
        }
    }

    void started(Leaf leaf, int attempt, String pod, ObjectNode notes) {
        noted(leaf, attempt, pod, notes);
        if (current(leaf, attempt) && leaf.state == TaskState.STARTING) {
            leaf.unnote(Node.WHY);
            if (leaf.startedAt == null) {
                leaf.startedAt = board.now();
            }
            board.move(leaf, TaskState.RUNNING);
        }
    }

    void ended(Leaf leaf, int attempt, StepOutcome outcome) {
        if (!current(leaf, attempt)) {
            return;
        }
        boolean good = outcome.exitCode() == 0;
        if (leaf.state == TaskState.STOPPING && (!good || outcome.published() == null)) {
            board.end(leaf, TaskState.STOPPED, null);
            return;
        }
        RunFault fault = good ? outputs(leaf, outcome) : failure(outcome);
        if (fault == null) {
            succeed(leaf);
        } else {
            fail(leaf, fault);
        }
    }

    private @Nullable RunFault outputs(Leaf leaf, StepOutcome outcome) {
        return leaf.spec().component().body() instanceof Body.Importer
                ? null
                : OutputReader.read(board, leaf, outcome.published());
    }

    private void succeed(Leaf leaf) {
        if (leaf.fingerprint != null && !leaf.notes.path("Simulated").asBoolean(false)) {
            board.reusable(leaf.fingerprint, leaf.id);
        }
        board.end(leaf, TaskState.SUCCEEDED, null);
    }

    private static RunFault failure(StepOutcome outcome) {
        String reason = outcome.reason().isEmpty()
                        || outcome.reason().equals("Error")
                        || outcome.reason().equals("Completed")
                ? FaultCode.ContainerFailed.name()
                : outcome.reason();
        return new RunFault(
                reason,
                "the container ended with exit code " + outcome.exitCode()
                        + (outcome.message().isBlank()
                                ? ""
                                : ": " + outcome.message().strip()));
    }

    private void fail(Leaf leaf, RunFault fault) {
        RetryPolicy retry = leaf.spec().retry();
        int failures = leaf.notes.path(Node.FAILURES).asInt(0) + 1;
        if (retry == null || failures > retry.retries() || leaf.state == TaskState.STOPPING) {
            board.end(leaf, leaf.state == TaskState.STOPPING ? TaskState.STOPPED : TaskState.FAILED, fault);
            return;
        }
        leaf.note(Node.FAILURES, failures);
        leaf.note(Node.WHY, "retry " + failures + " of " + retry.retries() + ": " + fault.message());
        Duration delay = retry.delay(failures);
        if (delay.isZero()) {
            launch(leaf);
        } else {
            leaf.wakeAt = board.now().plus(delay);
            leaf.podName = null;
            board.move(leaf, TaskState.WAITING);
            board.command(new Command.WakeAt(leaf.id, leaf.wakeAt));
        }
    }

    void woke(Leaf leaf) {
        if (leaf.state != TaskState.WAITING || leaf.wakeAt == null) {
            return;
        }
        if (board.now().isBefore(leaf.wakeAt)) {
            board.command(new Command.WakeAt(leaf.id, leaf.wakeAt));
        } else {
            launch(leaf);
        }
    }

    void lost(Leaf leaf, int attempt, RunFault why) {
        if (!current(leaf, attempt)) {
            return;
        }
        if (leaf.state == TaskState.STOPPING) {
            board.end(leaf, TaskState.STOPPED, null);
            return;
        }
        int losses = leaf.notes.path(Node.LOST).asInt(0) + 1;
        leaf.note(Node.LOST, losses);
        leaf.note(Node.WHY, "run again, not counted as a failure: " + why.message());
        if (losses > MOST_LOSSES) {
            board.end(
                    leaf,
                    TaskState.FAILED,
                    FaultCode.LostTooOften.fault("the pod was lost " + losses + " times, last: " + why.message()));
        } else {
            launch(leaf);
        }
    }

    void refused(Leaf leaf, int attempt, RunFault why) {
        if (current(leaf, attempt)) {
            board.end(leaf, leaf.state == TaskState.STOPPING ? TaskState.STOPPED : TaskState.FAILED, why);
        }
    }

    // ---- stopping and coming back ----

    /// Ends what can end at once, and asks the pod to end where there is one.
    void stop(Leaf leaf) {
        switch (leaf.state) {
            case STARTING, RUNNING -> {
                if (hasPod(leaf)) {
                    board.move(leaf, TaskState.STOPPING);
                    board.command(new Command.StopStep(leaf.id, leaf.attempt));
                } else if (leaf.spec().component().body() instanceof Body.Importer) {
                    board.end(leaf, TaskState.STOPPED, null);
                }
            }
            case WAITING -> {
                if (leaf.begun) {
                    board.end(leaf, TaskState.STOPPED, null);
                }
            }
            case STOPPING, SUCCEEDED, CACHED, SKIPPED, FAILED, STOPPED -> {}
        }
    }

    /// Issues again what this leaf waits for.
    void resume(Leaf leaf) {
        switch (leaf.state) {
            case WAITING -> {
                if (leaf.wakeAt != null) {
                    board.command(new Command.WakeAt(leaf.id, leaf.wakeAt));
                } else if (leaf.begun && leaf.fingerprint != null) {
                    board.command(new Command.LookUpCache(leaf.id, leaf.fingerprint));
                }
            }
            case STARTING, RUNNING -> resumeRunning(leaf);
            case STOPPING -> board.command(new Command.StopStep(leaf.id, leaf.attempt));
            case SUCCEEDED, CACHED, SKIPPED, FAILED, STOPPED -> {}
        }
    }

    private void resumeRunning(Leaf leaf) {
        if (hasPod(leaf)) {
            StepRequest request = request(leaf);
            if (request != null) {
                board.command(new Command.StartStep(request, leaf.state == TaskState.RUNNING));
            }
            return;
        }
        switch (leaf.spec().component().body()) {
            case Body.Importer i -> imports.lookUp(leaf, i);
            case Body.CreateVolume v -> board.command(volumes.create(leaf));
            case Body.DeleteVolume v -> board.command(volumes.delete(leaf));
            default -> throw new IllegalStateException(leaf.path + " runs without a pod: " + Json.write(leaf.notes));
        }
    }
}
