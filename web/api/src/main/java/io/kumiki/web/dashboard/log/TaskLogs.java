package io.kumiki.web.dashboard.log;

import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.store.Store;
import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectHead;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.ObjectUri;
import io.kumiki.web.kfp.StepLogs;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the log of an attempt: the kept object when there is one, else the living pod.
public final class TaskLogs implements StepLogs {
    private final Store store;
    private final ObjectStorage objects;
    private final LiveLogs live;

    public TaskLogs(Store store, ObjectStorage objects, LiveLogs live) {
        this.store = store;
        this.objects = objects;
        this.live = live;
    }

    public @Nullable TaskRecord task(String taskId) {
        return store.read(tx -> tx.tasks().get(taskId));
    }

    /// The object in which the run loop keeps the attempt's log, once the pod has ended.
    public @Nullable ObjectHead kept(TaskRecord task, int attempt) {
        String own = task.notes().path("log/" + attempt).asText();
        String uri = own.isEmpty() && attempt == task.attempt()
                ? task.notes().path("log").asText()
                : own;
        if (uri.isEmpty()) {
            return null;
        }
        try {
            ObjectUri at = ObjectUri.parse(uri);
            return objects.head(at.bucket(), at.key());
        } catch (IllegalArgumentException | ObjectFault unreadable) {
            return null;
        }
    }

    public InputStream read(ObjectHead head, long offset, long length) {
        return objects.get(head.bucket(), head.key(), offset, length).body();
    }

    /// The living pod's log from its first byte.
    public Optional<InputStream> living(TaskRecord task, int attempt, boolean follow) throws IOException {
        if (task.podName() == null || attempt != task.attempt()) {
            return Optional.empty();
        }
        RunRecord run = store.read(tx -> tx.runs().get(task.runId()));
        return run == null ? Optional.empty() : live.open(run.namespace(), task.podName(), follow);
    }

    /// Nothing more will come: the task has ended, or a later attempt has taken over.
    static boolean over(@Nullable TaskRecord task, int attempt) {
        return task == null || task.state().terminal() || task.attempt() > attempt;
    }

    @Override
    public Optional<InputStream> open(String runId, String taskId, boolean follow) throws IOException {
        TaskRecord task = task(taskId);
        if (task == null || !task.runId().equals(runId)) {
            return Optional.empty();
        }
        ObjectHead kept = kept(task, task.attempt());
        return kept != null ? Optional.of(read(kept, 0, kept.size())) : living(task, task.attempt(), follow);
    }
}
