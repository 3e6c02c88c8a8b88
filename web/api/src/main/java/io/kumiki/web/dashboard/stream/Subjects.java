package io.kumiki.web.dashboard.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.store.Store;
import io.kumiki.store.Tx;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.web.dashboard.ClusterView;
import io.kumiki.web.dashboard.Revisions;
import io.kumiki.web.dashboard.Scheduling;
import io.kumiki.web.dashboard.log.TaskLogs;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which feed serves which topic.
public final class Subjects implements StreamHub.Feeds {
    private final String namespace;
    private final Store store;
    private final StoreFeeds rows;
    private final TaskLogs logs;
    private final ClusterView cluster;
    private final Function<Runnable, Feed> scheduler;
    private final BiFunction<Tx, Topic.Runs, ObjectNode> firstPage;

    /// @param firstPage the runs of a topic as GET /runs answers them
    public Subjects(
            String namespace,
            Store store,
            ObjectStorage objects,
            ChangeLog log,
            TaskLogs logs,
            ClusterView cluster,
            Scheduling scheduling,
            Revisions revisions,
            BiFunction<Tx, Topic.Runs, ObjectNode> firstPage) {
        this.namespace = namespace;
        this.store = store;
        this.rows = new StoreFeeds(store, objects, log);
        this.logs = logs;
        this.cluster = cluster;
        this.scheduler = changed -> new SchedulingFeed(scheduling, revisions, changed);
        this.firstPage = firstPage;
    }

    @Override
    public Topic parse(String name) {
        return Topic.parse(name, namespace);
    }

    @Override
    public @Nullable String namespace(Topic topic) {
        return switch (topic) {
            case Topic.Runs runs -> runs.filter().namespace();
            case Topic.Run run ->
                store.read(tx -> StoreFeeds.existing(tx, run.id())).namespace();
            case Topic.Log log -> store.read(tx -> namespaceOf(tx, log));
            case Topic.Pipelines pipelines -> pipelines.namespace();
            case Topic.Experiments experiments -> experiments.namespace();
            case Topic.Cluster nodes -> null;
            case Topic.Scheduler all -> null;
        };
    }

    private static String namespaceOf(Tx tx, Topic.Log log) {
        TaskRecord task = tx.tasks().get(log.taskId());
        if (task == null || !task.runId().equals(log.runId())) {
            throw HttpFault.notFound("the run \"" + log.runId() + "\" has no task \"" + log.taskId() + "\"");
        }
        return StoreFeeds.existing(tx, log.runId()).namespace();
    }

    @Override
    public Feed open(Topic topic, Runnable changed) {
        return switch (topic) {
            case Topic.Runs runs -> rows.runs(runs.filter(), tx -> firstPage.apply(tx, runs));
            case Topic.Run run -> rows.run(run.id());
            case Topic.Log log -> new LogFeed(logs, log.taskId(), log.attempt(), changed);
            case Topic.Pipelines p ->
                rows.pipelines(
                        p.namespace(),
                        tx -> tx.pipelines()
                                .list(ListQuery.newest(Map.of("namespace", p.namespace()), 1))
                                .total());
            case Topic.Experiments e ->
                rows.experiments(
                        e.namespace(),
                        tx -> tx.experiments()
                                .list(ListQuery.newest(Map.of("namespace", e.namespace()), 1))
                                .total());
            case Topic.Cluster nodes -> new ClusterFeed(cluster, changed);
            case Topic.Scheduler all -> scheduler.apply(changed);
        };
    }
}
