package io.kumiki.pipelines.engine;

import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.StateChange;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.Parameters;
import io.kumiki.pipelines.Pipeline;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/// One run as a state machine. Single-threaded and deterministic; whatever it keeps in memory can be rebuilt from
/// the rows it
/// returned, at any point between two decisions.
///
/// A run that has ended (`run().state().terminal()`) only answers RetryRequested, and only in an engine newly built
/// from all rows:
/// while a loop runs, finished iterations are let go of.
public final class RunEngine {
    private final Board board;
    private final Steps steps;
    private final Volumes volumes;
    private final Flow flow;
    private final Stops stops;
    private final Retries retries;

    private RunEngine(Board board) {
        this.board = board;
        var resolver = new InputResolver(board);
        this.volumes = new Volumes(board);
        this.steps = new Steps(board, resolver, volumes);
        this.flow = new Flow(board, resolver, steps);
        this.stops = new Stops(board, steps, flow);
        this.retries = new Retries(board, steps, flow);
    }

    /// @param tasks all tasks of the run, in any order; empty before Begin
    /// @param artifacts those of [#artifactsOf]
    public static RunEngine of(
            Pipeline pipeline,
            RunRecord run,
            Collection<TaskRecord> tasks,
            Collection<ArtifactRecord> artifacts,
            PathLayout layout,
            ArtifactIds ids) {
        return of(pipeline, run, tasks, artifacts, layout, ids, FailurePolicy.FAST);
    }

    public static RunEngine of(
            Pipeline pipeline,
            RunRecord run,
            Collection<TaskRecord> tasks,
            Collection<ArtifactRecord> artifacts,
            PathLayout layout,
            ArtifactIds ids,
            FailurePolicy policy) {
        var engine = new RunEngine(new Board(pipeline, run, layout, ids, policy));
        artifacts.forEach(engine.board::know);
        if (!tasks.isEmpty()) {
            new Restore(engine.board, engine.flow).from(tasks);
        }
        return engine;
    }

    /// The ids of all artifacts that these tasks refer to, also those of earlier runs (cache, import).
    public static Set<Long> artifactsOf(Collection<TaskRecord> tasks) {
        var ids = new LinkedHashSet<Long>();
        tasks.forEach(t -> {
            Io.allIds(t.inputs(), ids);
            Io.allIds(t.outputs(), ids);
        });
        return ids;
    }

    /// @param now never earlier than before
    public Decision on(RunEvent event, Instant now) {
        board.begin(now);
        switch (event) {
            case RunEvent.Begin b -> begin();
            case RunEvent.Resumed r -> resumed();
            case RunEvent.StepStarted s -> leaf(s.taskId(), l -> steps.started(l, s.attempt(), s.podName(), s.notes()));
            case RunEvent.StepNoted s -> leaf(s.taskId(), l -> steps.noted(l, s.attempt(), s.podName(), s.notes()));
            case RunEvent.StepEnded s -> leaf(s.taskId(), l -> steps.ended(l, s.attempt(), s.outcome()));
            case RunEvent.StepLost s -> leaf(s.taskId(), l -> steps.lost(l, s.attempt(), s.why()));
            case RunEvent.StepRefused s -> leaf(s.taskId(), l -> steps.refused(l, s.attempt(), s.why()));
            case RunEvent.CacheAnswer c -> leaf(c.taskId(), l -> steps.cacheAnswer(l, c.hit()));
            case RunEvent.ArtifactAnswer a -> leaf(a.taskId(), l -> steps.artifactAnswer(l, a.found()));
            case RunEvent.VolumeDone v -> volumeDone(v.taskId());
            case RunEvent.VolumeRefused v -> volumeRefused(v.taskId(), v.why());
            case RunEvent.Woke w -> woke(w.taskId());
            case RunEvent.StopRequested s -> stops.stop(null);
            case RunEvent.RetryRequested r -> retries.retry();
        }
        flow.settle();
        return board.decision();
    }

    public RunRecord run() {
        return board.run();
    }

    private void leaf(String taskId, java.util.function.Consumer<Leaf> then) {
        if (board.byId.get(taskId) instanceof Leaf leaf) {
            then.accept(leaf);
        }
    }

    private void begin() {
        if (board.run().state() != RunState.PENDING) {
            return;
        }
        Group root = board.root;
        board.moveRun(RunState.RUNNING, null);
        root.createdAt = board.now();
        root.inputs = Io.empty();
        Io.parameters(root.inputs)
                .setAll(Parameters.complete(board.pipeline, board.run().parameters()));
        Duration deadline = board.pipeline.policy().deadline();
        if (deadline != null) {
            root.wakeAt = board.now().plus(deadline);
            board.command(new Command.WakeAt(root.id, root.wakeAt));
        }
        var workspace = board.pipeline.policy().workspace();
        if (workspace == null) {
            flow.open(root);
        } else {
            root.history.add(new StateChange(board.now(), root.state.name()));
            root.note(Node.WHY, "its workspace is being made");
            board.touch(root);
            steps.claimWorkspace(workspace);
        }
    }

    private boolean awaitsWorkspace() {
        return board.run().state() == RunState.RUNNING && board.root.state == TaskState.WAITING;
    }

    private void volumeDone(String taskId) {
        if (taskId.equals(board.root.id)) {
            if (awaitsWorkspace()) {
                board.root.unnote(Node.WHY);
                flow.open(board.root);
            }
        } else {
            leaf(taskId, volumes::done);
        }
    }

    private void volumeRefused(String taskId, RunFault why) {
        if (taskId.equals(board.root.id)) {
            if (awaitsWorkspace()) {
                board.end(board.root, TaskState.FAILED, why);
            }
        } else {
            leaf(taskId, l -> volumes.refused(l, why));
        }
    }

    private void woke(String taskId) {
        if (!taskId.equals(board.root.id)) {
            leaf(taskId, steps::woke);
            return;
        }
        Instant due = board.root.wakeAt;
        if (due != null && board.now().isBefore(due)) {
            board.command(new Command.WakeAt(taskId, due));
        } else if (due != null) {
            stops.stop(FaultCode.DeadlineExceeded.fault(
                    "the run took longer than the " + board.pipeline.policy().deadline() + " its pipeline allows"));
        }
    }

    private void resumed() {
        if (board.run().state().terminal()) {
            return;
        }
        if (board.root.wakeAt != null) {
            board.command(new Command.WakeAt(board.root.id, board.root.wakeAt));
        }
        var workspace = board.pipeline.policy().workspace();
        if (awaitsWorkspace() && workspace != null) {
            steps.claimWorkspace(workspace);
        }
        board.byId.values().stream()
                .filter(n -> n instanceof Leaf && !n.state.terminal())
                .sorted(java.util.Comparator.comparing(n -> n.path))
                .forEach(n -> steps.resume((Leaf) n));
    }
}
