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
import java.util.Comparator;
import java.util.List;
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
        String uri = task.notes().path("log").asText();
        if (uri.isEmpty()) {
            return null;
        }
        try {
            ObjectUri newest = ObjectUri.parse(uri);
            return attempt >= task.attempt() ? objects.head(newest.bucket(), newest.key()) : earlier(newest, attempt);
        } catch (IllegalArgumentException | ObjectFault unreadable) {
            return null;
        }
    }

    /// Every attempt has a folder of its own below the task's; in the order they were kept.
    private @Nullable ObjectHead earlier(ObjectUri newest, int attempt) {
        String folder = newest.key().substring(0, Math.max(0, newest.key().lastIndexOf('/')));
        String task = folder.substring(0, Math.max(0, folder.lastIndexOf('/') + 1));
        List<ObjectHead> logs = objects.list(newest.bucket(), task, "", 1000).objects().stream()
                .filter(o -> o.key().substring(o.key().lastIndexOf('/') + 1).startsWith("executor-logs"))
                .sorted(Comparator.comparing(ObjectHead::modified))
                .toList();
        return attempt <= logs.size() ? logs.get(attempt - 1) : null;
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
