package io.kumiki.pipelines.engine;

import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskState;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Ending a run early. Running steps are asked to end, nothing new starts, exit tasks neither.
final class Stops {
    /// A note on tasks that were skipped because the run was stopped.
    static final String STOPPED = "stopped";

    private final Board board;
    private final Steps steps;
    private final Flow flow;

    Stops(Board board, Steps steps, Flow flow) {
        this.board = board;
        this.steps = steps;
        this.flow = flow;
    }

    /// @param deadline why the run must end when nobody asked for it
    void stop(@Nullable RunFault deadline) {
        switch (board.run().state()) {
            case PENDING, RUNNING -> {}
            case CANCELING, SUCCEEDED, FAILED, CANCELED -> {
                return;
            }
        }
        board.moveRun(RunState.CANCELING, deadline);
        board.ready.clear();
        if (board.root.children == null) {
            if (board.run().startedAt() == null || board.root.history.isEmpty()) {
                board.root.createdAt = board.now();
            }
            board.end(board.root, TaskState.STOPPED, null);
            return;
        }
        var open = new ArrayDeque<Node>();
        open.add(board.root);
        while (open.poll() instanceof Node node) {
            if (node.state.terminal()) {
                continue;
            }
            switch (node) {
                case Leaf leaf -> stop(leaf);
                case Group group when group.open() -> open.addAll(java.util.Arrays.asList(group.kids()));
                case LoopNode loop
                when loop.state == TaskState.RUNNING -> {
                    loop.again.clear();
                    open.addAll(loop.iterating.values());
                    if (loop.running == 0) {
                        flow.loops.fill(loop);
                    }
                }
                case Group group -> skip(group);
                case LoopNode loop -> skip(loop);
            }
        }
    }

    private void stop(Leaf leaf) {
        if (leaf.blocked()) {
            skip(leaf);
        } else {
            steps.stop(leaf);
        }
    }

    private void skip(Node node) {
        node.notes = node.notes.deepCopy().put(STOPPED, true);
        board.skip(node, "the run was stopped before it could start");
    }
}
