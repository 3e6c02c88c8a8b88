package io.kumiki.pipelines.engine;

import io.kumiki.model.run.TaskKind;
import io.kumiki.pipelines.ir.Task;

/// A task that does something itself: a container, an importer, a volume command.
final class Leaf extends Node {
    Leaf(String id, String path, TaskKind kind, Group parent, Task task) {
        super(id, path, task.name(), kind, parent, task);
    }
}
