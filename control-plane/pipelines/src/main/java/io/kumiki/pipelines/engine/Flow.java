package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.expression.Condition;
import io.kumiki.pipelines.expression.Unresolvable;
import io.kumiki.pipelines.ir.Dag;
import io.kumiki.pipelines.ir.Task;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Who may start next. Every event touches the tasks that changed and those that wait for them, and nobody else;
/// chains of
/// skipped or instant tasks are worked off from two queues, never by recursion.
final class Flow {
    private final Board board;
    private final InputResolver resolver;
    private final Steps steps;
    final Loops loops;

    Flow(Board board, InputResolver resolver, Steps steps) {
        this.board = board;
        this.resolver = resolver;
        this.steps = steps;
        this.loops = new Loops(board, this::open);
    }

    void settle() {
        while (true) {
            Node over = board.ended.poll();
            if (over != null) {
                ended(over);
                continue;
            }
            Node free = board.ready.poll();
            if (free == null) {
                return;
            }
            if (free.blocked()) {
                start(free);
            }
        }
    }

    /// Opens a DAG whose inputs are known: its tasks appear, and those that wait for nobody are let go.
    void open(Group group) {
        board.move(group, TaskState.RUNNING);
        group.begun = true;
        group.failing = false;
        if (group.startedAt == null) {
            group.startedAt = board.now();
        }
        if (group.children == null) {
            var children = new Node[group.dag.tasks().size()];
            for (Task task : group.dag.tasks()) {
                Node child = board.child(group, task);
                child.createdAt = board.now();
                child.history.add(new io.kumiki.model.run.StateChange(board.now(), child.state.name()));
                board.touch(child);
                children[task.index()] = child;
            }
            group.children = children;
        }
        release(group);
    }

    /// Counts anew and lets go of whoever waits for nobody.
    void release(Group group) {
        group.count();
        for (Node child : group.kids()) {
            if (child.blocked() && group.waiting[child.spec().index()] == 0) {
                board.ready.add(child);
            }
        }
        if (group.unfinished == 0) {
            finish(group);
        }
    }

    private void start(Node node) {
        node.begun = true;
        try {
            InputResolver.Inputs inputs = resolver.resolve(node);
            node.inputs = resolver.record(node, inputs);
            Condition condition = node.spec().condition();
            ObjectNode parameters = Io.parameters(node.inputs);
            if (condition != null && !condition.holds(parameters::get)) {
                board.skip(node, "the condition is false: " + condition.text());
                return;
            }
            switch (node) {
                case Leaf leaf -> steps.start(leaf, inputs);
                case Group group -> open(group);
                case LoopNode loop -> loops.open(loop);
            }
        } catch (Unresolvable e) {
            board.end(node, TaskState.FAILED, FaultCode.InputUnresolvable.fault(e.getMessage()));
        }
    }

    // ---- ends ----

    private void ended(Node node) {
        switch (node.parent) {
            case null -> finishRun();
            case LoopNode loop -> loops.ended(loop, (Group) node);
            case Group group -> childEnded(group, node);
            case Leaf l -> throw new IllegalStateException(l.path + " has no children");
        }
    }

    private void childEnded(Group group, Node node) {
        group.unfinished--;
        if (node.state == TaskState.FAILED && board.policy == FailurePolicy.FAST && !group.failing) {
            group.failing = true;
            for (Node sibling : group.kids()) {
                if (sibling.blocked() && !sibling.spec().onCompletion()) {
                    board.skip(sibling, "task '" + node.name + "' failed before this one could start");
                }
            }
        }
        for (int consumer : node.spec().consumers()) {
            Node waiting = group.child(consumer);
            group.waiting[consumer]--;
            if (!waiting.blocked()) {
                continue;
            }
            if (!waiting.spec().onCompletion() && !node.state.success()) {
                board.skip(
                        waiting,
                        "task '" + node.name + "' before it "
                                + (node.state == TaskState.SKIPPED ? "was skipped" : "did not succeed"));
            } else if (group.waiting[consumer] == 0) {
                board.ready.add(waiting);
            }
        }
        if (group.unfinished == 0) {
            finish(group);
        }
    }

    private void finish(Group group) {
        if (group.state.terminal()) {
            return;
        }
        Node failed = null;
        boolean stopped = false;
        for (Node child : group.kids()) {
            stopped |= child.state == TaskState.STOPPED
                    || child.state == TaskState.SKIPPED && child.notes.has(Stops.STOPPED);
            if (child.state == TaskState.FAILED && (failed == null || earlier(child, failed))) {
                failed = child;
            }
        }
        group.outputs = outputs(group);
        if (failed != null) {
            board.end(group, TaskState.FAILED, childFault(failed));
        } else {
            board.end(group, stopped ? TaskState.STOPPED : TaskState.SUCCEEDED, null);
        }
    }

    static boolean earlier(Node a, Node b) {
        return Objects.requireNonNull(a.finishedAt).isBefore(Objects.requireNonNull(b.finishedAt));
    }

    static RunFault childFault(Node child) {
        RunFault cause = Objects.requireNonNullElse(child.error, FaultCode.TaskFailed.fault("failed"));
        boolean deeper = child.kind != TaskKind.CONTAINER && cause.reason().equals(FaultCode.TaskFailed.name());
        return FaultCode.TaskFailed.fault(child.name + (deeper ? "/" : ": ") + cause.message());
    }

    /// The DAG's outputs: of several candidates the first whose task succeeded and produced the value.
    private static ObjectNode outputs(Group group) {
        ObjectNode io = Io.empty();
        group.dag.outputs().forEach((name, candidates) -> {
            for (Dag.Selected s : candidates) {
                Node child = group.child(s.task());
                JsonNode value = child.state.success() ? Io.parameter(child.outputs, s.key()) : null;
                if (value != null) {
                    Io.parameters(io).set(name, value);
                    return;
                }
            }
        });
        group.dag.outputArtifacts().forEach((name, candidates) -> {
            for (Dag.Selected s : candidates) {
                Node child = group.child(s.task());
                List<Long> ids = child.state.success() ? Io.ids(child.outputs, s.key()) : null;
                if (ids != null) {
                    Io.put(io, name, ids);
                    return;
                }
            }
        });
        return io;
    }

    private void finishRun() {
        if (board.run().state().terminal()) {
            return;
        }
        @Nullable RunFault deadline = board.run().error();
        if (board.stopping()) {
            board.moveRun(deadline == null ? RunState.CANCELED : RunState.FAILED, deadline);
        } else if (board.root.state == TaskState.FAILED) {
            board.moveRun(RunState.FAILED, board.root.error);
        } else {
            board.moveRun(RunState.SUCCEEDED, null);
            steps.releaseWorkspace();
        }
    }
}
