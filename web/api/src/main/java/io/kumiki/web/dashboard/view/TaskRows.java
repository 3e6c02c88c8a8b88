package io.kumiki.web.dashboard.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.TaskKind;
import io.kumiki.model.run.TaskRecord;
import java.util.regex.Pattern;

/// Tasks as light rows.
public final class TaskRows {
    private static final Pattern INDEX = Pattern.compile("/\\d+(?=/)");
    private static final Pattern LAST_INDEX = Pattern.compile("/\\d+$");

    private TaskRows() {}

    public static ObjectNode row(TaskRecord t) {
        ObjectNode out = Json.object()
                .put("id", t.id())
                .put("runId", t.runId())
                .put("parentId", t.parentId())
                .put("path", t.path())
                .put("node", node(t))
                .put("name", t.name())
                .put("displayName", t.displayName())
                .put("kind", t.kind().name())
                .put("state", t.state().name())
                .put("attempt", t.attempt())
                .put("index", t.index())
                .put("iterations", t.iterations())
                .put("podName", t.podName())
                .put("cachedFrom", t.cachedFrom());
        Fields.fault(out, "error", t.error());
        Fields.time(out, "createdAt", t.createdAt());
        Fields.time(out, "startedAt", t.startedAt());
        Fields.time(out, "finishedAt", t.finishedAt());
        Fields.time(out, "wakeAt", t.wakeAt());
        out.set("notes", t.notes());
        return out;
    }

    /// The graph node of a task: indices become `*`, an iteration belongs to its loop. Task names never start with
    /// a digit.
    static String node(TaskRecord t) {
        String path =
                t.kind() == TaskKind.ITERATION ? LAST_INDEX.matcher(t.path()).replaceFirst("") : t.path();
        return INDEX.matcher(path).replaceAll("/*");
    }
}
