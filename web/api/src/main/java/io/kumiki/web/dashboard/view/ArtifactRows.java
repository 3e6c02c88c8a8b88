package io.kumiki.web.dashboard.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.store.Tx;
import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectHead;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.ObjectUri;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Artifacts as rows. One per read transaction: it remembers the names it looked up.
public final class ArtifactRows {
    private final Tx tx;
    private final ObjectStorage objects;
    private final Map<String, String> runs = new HashMap<>();
    private final Map<String, String> tasks = new HashMap<>();

    public ArtifactRows(Tx tx, ObjectStorage objects) {
        this.tx = tx;
        this.objects = objects;
    }

    public ObjectNode row(ArtifactRecord a) {
        ObjectNode out = Json.object()
                .put("id", a.id())
                .put("namespace", a.namespace())
                .put("runId", a.runId())
                .put("runName", runName(a.runId()))
                .put("taskId", a.taskId())
                .put("taskName", taskName(a.taskId()))
                .put("key", a.key())
                .put("index", a.index())
                .put("name", a.name())
                .put("type", a.type())
                .put("schemaVersion", a.schemaVersion())
                .put("uri", a.uri());
        out.set("metadata", a.metadata());
        Fields.time(out, "createdAt", a.createdAt());
        out.put("size", size(objects, a));
        return out;
    }

    private @Nullable String runName(@Nullable String id) {
        return id == null
                ? null
                : Fields.orNull(runs.computeIfAbsent(id, key -> {
                    RunRecord run = tx.runs().get(key);
                    return run == null ? "" : run.displayName();
                }));
    }

    private @Nullable String taskName(@Nullable String id) {
        return id == null
                ? null
                : Fields.orNull(tasks.computeIfAbsent(id, key -> {
                    TaskRecord task = tx.tasks().get(key);
                    return task == null ? "" : task.displayName();
                }));
    }

    /// Of a single object; a folder or something elsewhere has none that could be told quickly.
    public static @Nullable Long size(ObjectStorage objects, ArtifactRecord a) {
        try {
            ObjectUri uri = ObjectUri.parse(a.uri());
            ObjectHead head = objects.head(uri.bucket(), uri.key());
            return head == null ? null : head.size();
        } catch (IllegalArgumentException | ObjectFault elsewhere) {
            return null;
        }
    }
}
