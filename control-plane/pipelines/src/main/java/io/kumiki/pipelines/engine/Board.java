package io.kumiki.pipelines.engine;

import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.StateChange;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.pipelines.ir.Body;
import io.kumiki.pipelines.ir.Dag;
import io.kumiki.pipelines.ir.Task;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the parts of the engine share: the run, its live nodes, and the decision that is being made.
final class Board {
    final Pipeline pipeline;
    final PathLayout layout;
    final FailurePolicy policy;
    final Group root;
    final Map<String, Node> byId = new HashMap<>();
    /// Nodes whose upstreams let them go, and nodes that have just ended: worked off without recursion.
    final ArrayDeque<Node> ready = new ArrayDeque<>();

    final ArrayDeque<Node> ended = new ArrayDeque<>();

    private final ArtifactIds ids;
    private final Map<Long, ArtifactRecord> artifacts = new HashMap<>();
    private RunRecord run;
    private Instant now = Instant.EPOCH;
    private boolean runChanged;
    private final Set<Node> changed = new LinkedHashSet<>();
    private final List<ArtifactRecord> made = new ArrayList<>();
    private final List<Decision.Reusable> results = new ArrayList<>();
    private final List<Command> commands = new ArrayList<>();

    Board(Pipeline pipeline, RunRecord run, PathLayout layout, ArtifactIds ids, FailurePolicy policy) {
        this.pipeline = pipeline;
        this.run = run;
        this.layout = layout;
        this.ids = ids;
        this.policy = policy;
        this.root = new Group(id(""), "", "", TaskKind.ROOT, null, null, pipeline.dag());
        byId.put(root.id, root);
    }

    void begin(Instant at) {
        now = at;
    }

    Decision decision() {
        var tasks = new ArrayList<TaskRecord>(changed.size());
        changed.forEach(n -> tasks.add(n.record(run.id(), displayName(n))));
        var decision = new Decision(runChanged ? run : null, tasks, made, results, commands);
        changed.clear();
        made.clear();
        results.clear();
        commands.clear();
        runChanged = false;
        return decision;
    }

    private String displayName(Node n) {
        if (n.task != null) {
            return n.task.displayName();
        }
        return n == root ? pipeline.displayName() : n.name;
    }

    RunRecord run() {
        return run;
    }

    Instant now() {
        return now;
    }

    boolean stopping() {
        return run.state() == RunState.CANCELING;
    }

    void moveRun(RunState to, @Nullable RunFault fault) {
        run = run.moved(to, now, fault);
        runChanged = true;
    }

    /// Derived from the run and the path, so that deciding twice names the same task.
    String id(String path) {
        return uuid(run.id() + "/" + path);
    }

    static String uuid(String of) {
        return UUID.nameUUIDFromBytes(of.getBytes(StandardCharsets.UTF_8)).toString();
    }

    void touch(Node node) {
        changed.add(node);
    }

    void move(Node node, TaskState to) {
        node.state = to;
        node.history.add(new StateChange(now, to.name()));
        touch(node);
    }

    void end(Node node, TaskState to, @Nullable RunFault fault) {
        node.error = fault;
        node.finishedAt = now;
        node.wakeAt = null;
        if (to != TaskState.SKIPPED && node.startedAt == null) {
            node.startedAt = now;
        }
        move(node, to);
        ended.add(node);
    }

    void skip(Node node, String why) {
        node.note(Node.WHY, why);
        end(node, TaskState.SKIPPED, null);
    }

    void command(Command c) {
        commands.add(c);
    }

    void reusable(String fingerprint, String taskId) {
        results.add(new Decision.Reusable(fingerprint, taskId));
    }

    void know(ArtifactRecord artifact) {
        artifacts.put(artifact.id(), artifact);
    }

    @Nullable
    ArtifactRecord artifact(long id) {
        return artifacts.get(id);
    }

    long add(java.util.function.LongFunction<ArtifactRecord> artifact) {
        ArtifactRecord made = artifact.apply(ids.next());
        know(made);
        this.made.add(made);
        return made.id();
    }

    /// A new node for a task of an opening DAG.
    Node child(Group parent, Task task) {
        String path = parent.path.isEmpty() ? task.name() : parent.path + "/" + task.name();
        String id = id(path);
        Node node = switch (task.component().body()) {
            case Dag d when task.loop() != null -> new LoopNode(id, path, parent, task);
            case Dag d -> new Group(id, path, task.name(), TaskKind.DAG, parent, task, d);
            case Body.Container c -> new Leaf(id, path, TaskKind.CONTAINER, parent, task);
            case Body.Importer i -> new Leaf(id, path, TaskKind.IMPORTER, parent, task);
            case Body.CreateVolume v -> new Leaf(id, path, TaskKind.CREATE_PVC, parent, task);
            case Body.DeleteVolume v -> new Leaf(id, path, TaskKind.DELETE_PVC, parent, task);
        };
        byId.put(id, node);
        return node;
    }

    Group iteration(LoopNode loop, int index) {
        String path = loop.path + "/" + index;
        var node = new Group(id(path), path, Integer.toString(index), TaskKind.ITERATION, loop, null, loop.dag());
        node.index = index;
        byId.put(node.id, node);
        loop.iterating.put(index, node);
        return node;
    }

    /// Lets go of a subtree that nothing will ask for again.
    void drop(Group iteration) {
        byId.remove(iteration.id);
        if (iteration.children != null) {
            for (Node kid : iteration.children) {
                byId.remove(kid.id);
                if (kid instanceof Group g) {
                    drop(g);
                } else if (kid instanceof LoopNode l) {
                    l.iterating.values().forEach(this::drop);
                }
            }
        }
    }
}
