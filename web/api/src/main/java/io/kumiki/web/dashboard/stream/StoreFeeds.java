package io.kumiki.web.dashboard.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.store.Change;
import io.kumiki.store.Store;
import io.kumiki.store.Tx;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.web.dashboard.list.RunFilter;
import io.kumiki.web.dashboard.view.ArtifactRows;
import io.kumiki.web.dashboard.view.CatalogRows;
import io.kumiki.web.dashboard.view.RunRows;
import io.kumiki.web.dashboard.view.TaskRows;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Feeds over rows of the store. Positions are the store's own change numbers, so that a cursor outlives the
/// socket.
final class StoreFeeds {
    private final Store store;
    private final ObjectStorage objects;
    private final ChangeLog log;

    StoreFeeds(Store store, ObjectStorage objects, ChangeLog log) {
        this.store = store;
        this.objects = objects;
        this.log = log;
    }

    /// A feed whose delta is made from the changes that concern it.
    private abstract class Rows implements Feed {
        abstract boolean concerns(Change change);

        abstract JsonNode whole(Tx tx);

        abstract JsonNode delta(Tx tx, List<Change> changes);

        @Override
        public boolean touchedBy(List<Change> changes) {
            return changes.stream().anyMatch(this::concerns);
        }

        @Override
        public Frame snapshot() {
            long seq = log.newest();
            return new Frame(seq, store.<JsonNode>read(this::whole));
        }

        @Override
        public @Nullable Frame since(long seq) {
            List<Change> changes = log.since(seq);
            if (changes == null) {
                return null;
            }
            List<Change> mine = changes.stream().filter(this::concerns).toList();
            long newest = changes.isEmpty() ? seq : changes.getLast().seq();
            return new Frame(newest, mine.isEmpty() ? null : store.<JsonNode>read(tx -> delta(tx, mine)));
        }
    }

    private static Set<String> ids(List<Change> changes, String kind) {
        Set<String> ids = new LinkedHashSet<>();
        changes.stream().filter(c -> c.kind().equals(kind)).forEach(c -> ids.add(c.id()));
        return ids;
    }

    private static boolean ofRuns(Change change) {
        return change.kind().equals(Change.RUN)
                || change.kind().equals(Change.TASK)
                || change.kind().equals(Change.ARTIFACT);
    }

    /// @param page the first page as GET /runs gives it
    Feed runs(RunFilter filter, Function<Tx, ObjectNode> page) {
        return new Rows() {
            @Override
            boolean concerns(Change change) {
                return ofRuns(change) && change.runId() != null;
            }

            @Override
            JsonNode whole(Tx tx) {
                return page.apply(tx);
            }

            @Override
            JsonNode delta(Tx tx, List<Change> changes) {
                ObjectNode out = Json.object();
                ArrayNode upserts = out.putArray("upserts");
                ArrayNode removed = out.putArray("removed");
                RunRows rows = new RunRows(tx);
                Set<String> ids = new LinkedHashSet<>();
                changes.forEach(c -> ids.add(String.valueOf(c.runId())));
                for (String id : ids) {
                    RunRecord run = tx.runs().get(id);
                    if (run != null && filter.matches(run)) {
                        upserts.add(rows.row(run));
                    } else {
                        removed.add(id);
                    }
                }
                out.put("total", tx.runs().list(filter.query(1, null)).total());
                out.set("counts", CatalogRows.counts(tx, filter));
                return out;
            }
        };
    }

    Feed run(String id) {
        return new Rows() {
            @Override
            boolean concerns(Change change) {
                return ofRuns(change) && id.equals(change.runId());
            }

            @Override
            JsonNode whole(Tx tx) {
                return new RunRows(tx).detail(existing(tx, id), new ArtifactRows(tx, objects));
            }

            @Override
            JsonNode delta(Tx tx, List<Change> changes) {
                RunRecord run = existing(tx, id);
                ObjectNode out = Json.object();
                out.set("run", new RunRows(tx).row(run));
                out.set("history", RunRows.history(run));
                ArrayNode tasks = out.putArray("tasks");
                ArrayNode artifacts = out.putArray("artifacts");
                ArtifactRows rows = new ArtifactRows(tx, objects);
                for (String task : ids(changes, Change.TASK)) {
                    TaskRecord row = tx.tasks().get(task);
                    if (row != null) {
                        tasks.add(TaskRows.row(row));
                        tx.artifacts().get(RunRows.taken(row)).forEach(taken -> artifacts.add(rows.row(taken)));
                    }
                }
                for (String artifact : ids(changes, Change.ARTIFACT)) {
                    ArtifactRecord row = tx.artifacts().get(Long.parseLong(artifact));
                    if (row != null) {
                        artifacts.add(rows.row(row));
                    }
                }
                return out;
            }
        };
    }

    static RunRecord existing(Tx tx, String id) {
        RunRecord run = tx.runs().get(id);
        if (run == null) {
            throw HttpFault.notFound("there is no run \"" + id + "\"; it may have been deleted");
        }
        return run;
    }

    /// How a catalogue's members are told apart from changes of their runs.
    private interface Members {
        long total(Tx tx);

        /// The member's namespace, `null` when it is gone.
        @Nullable
        String namespace(Tx tx, String id);

        /// The member that a changed run belongs to.
        @Nullable
        String ofRun(RunRecord run);
    }

    Feed pipelines(String namespace, Function<Tx, Long> total) {
        return catalogue(namespace, Change.PIPELINE, new Members() {
            @Override
            public long total(Tx tx) {
                return total.apply(tx);
            }

            @Override
            public @Nullable String namespace(Tx tx, String id) {
                var pipeline = tx.pipelines().get(id);
                return pipeline == null ? null : pipeline.namespace();
            }

            @Override
            public @Nullable String ofRun(RunRecord run) {
                return run.pipelineId();
            }
        });
    }

    Feed experiments(String namespace, Function<Tx, Long> total) {
        return catalogue(namespace, Change.EXPERIMENT, new Members() {
            @Override
            public long total(Tx tx) {
                return total.apply(tx);
            }

            @Override
            public @Nullable String namespace(Tx tx, String id) {
                var experiment = tx.experiments().get(id);
                return experiment == null ? null : experiment.namespace();
            }

            @Override
            public @Nullable String ofRun(RunRecord run) {
                return run.experimentId();
            }
        });
    }

    private Feed catalogue(String namespace, String kind, Members members) {
        return new Rows() {
            @Override
            boolean concerns(Change change) {
                return change.kind().equals(kind)
                        || change.kind().equals(Change.RUN)
                        || kind.equals(Change.PIPELINE) && change.kind().equals(Change.VERSION);
            }

            @Override
            JsonNode whole(Tx tx) {
                return Json.object().put("total", members.total(tx));
            }

            @Override
            JsonNode delta(Tx tx, List<Change> changes) {
                Set<String> touched = ids(changes, kind);
                for (String version : ids(changes, Change.VERSION)) {
                    var row = tx.versions().get(version);
                    if (row != null) {
                        touched.add(row.pipelineId());
                    }
                }
                for (String run : ids(changes, Change.RUN)) {
                    RunRecord row = tx.runs().get(run);
                    String member = row == null ? null : members.ofRun(row);
                    if (member != null) {
                        touched.add(member);
                    }
                }
                ObjectNode out = Json.object();
                ArrayNode changed = out.putArray("changed");
                ArrayNode removed = out.putArray("removed");
                for (String id : touched) {
                    String lives = members.namespace(tx, id);
                    if (lives == null) {
                        removed.add(id);
                    } else if (lives.equals(namespace)) {
                        changed.add(id);
                    }
                }
                return out.put("total", members.total(tx));
            }
        };
    }
}
