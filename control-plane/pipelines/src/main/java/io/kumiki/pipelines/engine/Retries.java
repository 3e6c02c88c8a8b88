package io.kumiki.pipelines.engine;

import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskState;
import java.time.Duration;
import java.util.Objects;

/// Opening a run that has ended badly: what succeeded is kept, everything else and whatever depends on it runs
/// again.
final class Retries {
    private final Board board;
    private final Steps steps;
    private final Flow flow;

    Retries(Board board, Steps steps, Flow flow) {
        this.board = board;
        this.steps = steps;
        this.flow = flow;
        flow.loops.reopening(this::reopen);
    }

    void retry() {
        if (board.run().state() != RunState.FAILED && board.run().state() != RunState.CANCELED) {
            return;
        }
        board.moveRun(RunState.RUNNING, null);
        Duration deadline = board.pipeline.policy().deadline();
        if (deadline != null) {
            board.root.wakeAt = board.now().plus(deadline);
            board.command(new Command.WakeAt(board.root.id, board.root.wakeAt));
        }
        var workspace = board.pipeline.policy().workspace();
        if (workspace != null) {
            steps.claimWorkspace(workspace);
        }
        if (workspace != null && board.root.children == null) {
            board.root.error = null;
            board.root.finishedAt = null;
            board.move(board.root, TaskState.WAITING);
        } else {
            reopen(board.root);
        }
    }

    /// Goes on with a DAG that has run before.
    private void reopen(Group group) {
        board.move(group, TaskState.RUNNING);
        group.error = null;
        group.finishedAt = null;
        group.outputs = Io.empty();
        group.failing = false;
        group.unnote(Node.WHY);
        group.unnote(Stops.STOPPED);
        if (group.children == null) {
            flow.open(group);
            return;
        }
        Node[] kids = group.kids();
        var affected = new boolean[kids.length];
        var order = order(group);
        for (int i : order) {
            boolean upstream = kids[i].spec().upstreams().stream().anyMatch(u -> affected[u]);
            affected[i] = upstream || !kids[i].state.success();
            if (affected[i] && !upstream && resumable(kids[i])) {
                resume(kids[i]);
            } else if (affected[i]) {
                reset(kids[i]);
            }
        }
        flow.release(group);
    }

    /// Children in an order in which upstreams come first.
    private static int[] order(Group group) {
        int n = group.kids().length;
        var open = new int[n];
        var order = new int[n];
        int end = 0;
        for (Node kid : group.kids()) {
            int i = kid.spec().index();
            open[i] = kid.spec().upstreams().size();
            if (open[i] == 0) {
                order[end++] = i;
            }
        }
        for (int at = 0; at < end; at++) {
            for (int c : group.child(order[at]).spec().consumers()) {
                if (--open[c] == 0) {
                    order[end++] = c;
                }
            }
        }
        return order;
    }

    private static boolean resumable(Node node) {
        boolean ran = node.state == TaskState.FAILED || node.state == TaskState.STOPPED;
        return ran
                && switch (node) {
                    case Leaf l -> false;
                    case Group g -> g.children != null;
                    case LoopNode loop -> loop.iterations != null && loop.count > 0;
                };
    }

    private void resume(Node node) {
        switch (node) {
            case Leaf l -> reset(l);
            case Group g -> reopen(g);
            case LoopNode loop -> {
                board.move(loop, TaskState.RUNNING);
                loop.error = null;
                loop.finishedAt = null;
                loop.failing = false;
                loop.again.clear();
                for (Group g : loop.iterating.values().stream()
                        .sorted(Retries::byIndex)
                        .toList()) {
                    if (g.state.success()) {
                        continue;
                    }
                    g.forget();
                    board.move(g, TaskState.WAITING);
                    loop.again.add(g);
                }
                flow.loops.fill(loop);
            }
        }
    }

    private static int byIndex(Group a, Group b) {
        return Integer.compare(Objects.requireNonNull(a.index), Objects.requireNonNull(b.index));
    }

    /// A whole subtree back to the start.
    private void reset(Node node) {
        node.forget();
        board.move(node, TaskState.WAITING);
        switch (node) {
            case Leaf l -> {}
            case Group g -> {
                g.failing = false;
                if (g.children != null) {
                    for (Node kid : g.children) {
                        reset(kid);
                    }
                }
            }
            case LoopNode loop -> {
                if (loop.dropped) {
                    throw new IllegalStateException(
                            "a run that has ended is opened again by a new engine, built from its rows");
                }
                loop.running = 0;
                loop.failing = false;
                loop.again.clear();
                loop.iterations = null;
                loop.iterating.values().forEach(this::reset);
            }
        }
    }
}
