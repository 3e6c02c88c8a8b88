package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.expression.Unresolvable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Rows to nodes. Depth is that of the pipeline, which the reader bounds.
final class Restore {
    private final Board board;
    private final Flow flow;
    private final Map<String, List<TaskRecord>> byParent = new HashMap<>();
    /// Keep what would be let go of: the run may be opened again.
    private final boolean all;

    Restore(Board board, Flow flow) {
        this.board = board;
        this.flow = flow;
        this.all = board.run().state().terminal();
    }

    void from(Collection<TaskRecord> tasks) {
        for (TaskRecord t : tasks) {
            if (t.parentId() != null) {
                byParent.computeIfAbsent(t.parentId(), p -> new ArrayList<>()).add(t);
            } else {
                board.root.restore(t);
            }
        }
        children(board.root);
    }

    private void children(Group group) {
        List<TaskRecord> rows = byParent.get(group.id);
        boolean opened = group.state != TaskState.WAITING && group.state != TaskState.SKIPPED;
        if (rows == null && !(opened && group.dag.tasks().isEmpty())) {
            return;
        }
        var byName = new HashMap<String, TaskRecord>();
        if (rows != null) {
            rows.forEach(r -> byName.put(r.name(), r));
        }
        var children = new Node[group.dag.tasks().size()];
        for (var task : group.dag.tasks()) {
            Node child = board.child(group, task);
            TaskRecord row = byName.get(task.name());
            if (row == null) {
                throw new IllegalStateException("the rows of run " + board.run().id() + " lack task " + child.path);
            }
            child.restore(row);
            children[task.index()] = child;
            below(child);
        }
        group.children = children;
        if (group.open() && !group.state.terminal()) {
            group.count();
            for (Node kid : children) {
                group.failing |= kid.state == TaskState.FAILED && board.policy == FailurePolicy.FAST;
            }
        }
    }

    private void below(Node node) {
        switch (node) {
            case Leaf l -> {}
            case Group g -> children(g);
            case LoopNode loop -> iterations(loop);
        }
    }

    private void iterations(LoopNode loop) {
        boolean opened = loop.state != TaskState.WAITING && loop.state != TaskState.SKIPPED;
        if (opened && loop.iterations != null) {
            loop.open(items(loop));
        }
        for (TaskRecord row : byParent.getOrDefault(loop.id, List.of())) {
            int at = Objects.requireNonNull(row.index());
            if (opened && at >= loop.count) {
                continue;
            }
            loop.next = Math.max(loop.next, at + 1);
            Group iteration = board.iteration(loop, at);
            iteration.restore(row);
            if (opened && iteration.state.terminal()) {
                loop.collect(iteration);
            }
            if (opened && iteration.state.success() && !all) {
                loop.iterating.remove(at);
                board.byId.remove(iteration.id);
                loop.dropped = true;
                continue;
            }
            children(iteration);
            if (opened && iteration.state == TaskState.WAITING) {
                loop.again.add(iteration);
            } else if (opened && !iteration.state.terminal()) {
                loop.running++;
            }
        }
        if (board.stopping()) {
            loop.again.clear();
        }
    }

    private JsonNode items(LoopNode loop) {
        try {
            return flow.loops.items(loop);
        } catch (Unresolvable e) {
            return Json.array();
        }
    }
}
