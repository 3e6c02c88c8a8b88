package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.ir.Dag;
import io.kumiki.pipelines.ir.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A DAG at work: the root, a nested pipeline or condition, one iteration of a loop.
final class Group extends Node {
    final Dag dag;
    /// By index of the task; null until it opens.
    Node @Nullable [] children;
    /// Upstreams that have not ended, per child.
    int[] waiting = {};
    int unfinished;
    /// A child failed: nothing new starts, except what waits for an end of whatever kind.
    boolean failing;

    Group(String id, String path, String name, TaskKind kind, @Nullable Node parent, @Nullable Task task, Dag dag) {
        super(id, path, name, kind, parent, task);
        this.dag = dag;
    }

    boolean open() {
        return children != null && state != TaskState.WAITING;
    }

    Node[] kids() {
        if (children == null) {
            throw new IllegalStateException(path + " has not opened");
        }
        return children;
    }

    Node child(int index) {
        return kids()[index];
    }

    /// An input of this DAG; an iteration keeps only its item, everything else is its loop's.
    @Nullable
    JsonNode parameter(String name) {
        JsonNode own = Io.parameter(inputs, name);
        return own == null && parent instanceof LoopNode loop ? Io.parameter(loop.inputs, name) : own;
    }

    @Nullable
    List<Long> artifacts(String name) {
        List<Long> own = Io.ids(inputs, name);
        return own == null && parent instanceof LoopNode loop ? Io.ids(loop.inputs, name) : own;
    }

    /// How many upstreams each child waits for, and how many children have not ended.
    void count() {
        Node[] kids = kids();
        waiting = new int[kids.length];
        unfinished = 0;
        for (Node kid : kids) {
            if (!kid.state.terminal()) {
                unfinished++;
            }
            if (kid.blocked()) {
                for (int up : kid.spec().upstreams()) {
                    if (!kids[up].state.terminal()) {
                        waiting[kid.spec().index()]++;
                    }
                }
            }
        }
    }
}
