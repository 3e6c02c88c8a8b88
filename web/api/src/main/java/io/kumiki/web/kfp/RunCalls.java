package io.kumiki.web.kfp;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskRecord;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.Change;
import io.kumiki.store.IntentRecord;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Tx;
import io.kumiki.store.list.ListQuery;
import io.kumiki.store.list.Page;
import io.kumiki.store.list.Predicate;
import io.kumiki.web.kfp.wire.CatalogueJson;
import io.kumiki.web.kfp.wire.ListRequest;
import io.kumiki.web.kfp.wire.Messages;
import io.kumiki.web.kfp.wire.Refusal;
import io.kumiki.web.kfp.wire.RunJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Runs. What changes a run that is under way (terminate, retry, delete) is written down as an intent; the run loop
/// acts on it.
final class RunCalls {
    private static final int LARGEST_FULL_PAGE = 100;

    private final Surface surface;
    private final NewRun newRun;

    RunCalls(Surface surface, ExperimentCalls experiments) {
        this.surface = surface;
        this.newRun = new NewRun(surface, experiments);
    }

    void addTo(Routes routes) {
        routes.get("/runs", may("list", "runs"), surface.call(this::list))
                .on("POST", "/runs", may("create", "runs"), Bodies.SPEC, surface.call(this::create))
                .get("/runs/{run_id}", may("get", "runs"), surface.call(this::get))
                .delete("/runs/{run_id}", may("delete", "runs"), surface.call(this::delete))
                .on("POST", "/runs/{run_id}:archive", may("archive", "runs"), Bodies.VERB, surface.call(this::archive))
                .on(
                        "POST",
                        "/runs/{run_id}:unarchive",
                        may("unarchive", "runs"),
                        Bodies.VERB,
                        surface.call(this::unarchive))
                .on(
                        "POST",
                        "/runs/{run_id}:terminate",
                        may("terminate", "runs"),
                        Bodies.VERB,
                        surface.call(this::terminate))
                .on("POST", "/runs/{run_id}:retry", may("retry", "runs"), Bodies.VERB, surface.call(this::retry));
    }

    private Answer create(Request request) {
        NewRun.Created created =
                newRun.create(Messages.RUN.read(request.body()), Surface.query(request, "experiment_id"));
        return Answer.json(RunJson.full(created.run(), CatalogueJson.submitted(created.spec()), List.of()));
    }

    private Answer list(Request request) {
        Map<String, String> scope = new HashMap<>();
        scope.put("namespace", surface.namespace(Surface.query(request, "namespace")));
        String experimentId = Surface.query(request, "experiment_id");
        if (!experimentId.isEmpty()) {
            scope.put("experiment_id", experimentId);
        }
        ListRequest list = surface.list("runs", request, scope).rewritten(RunCalls::asStored);
        return switch (Surface.query(request, "view")) {
            case "FULL" -> full(list);
            case "", "DEFAULT", "BASIC" ->
                surface.page("runs", list, surface.store().read(tx -> tx.runs().list(list.query())), RunJson::light);
            default ->
                throw Refusal.invalid(
                        "view: wanted FULL or nothing, found " + Refusal.quoted(Surface.query(request, "view")));
        };
    }

    private Answer full(ListRequest list) {
        ListQuery q = list.query();
        var capped = new ListQuery(
                q.scope(), q.predicates(), q.sort(), Math.min(q.pageSize(), LARGEST_FULL_PAGE), q.after());
        Map<String, ObjectNode> rows = new HashMap<>();
        Page<RunRecord> page = surface.store().read(tx -> {
            Page<RunRecord> runs = tx.runs().listFull(capped);
            runs.rows().forEach(run -> rows.put(run.id(), json(tx, run)));
            return runs;
        });
        return surface.page("runs", list, page, run -> rows.getOrDefault(run.id(), RunJson.light(run)));
    }

    /// A filter on what is shown becomes one on what is stored: a stopped run is shown as FAILED.
    private static Predicate asStored(Predicate shown) {
        if (!shown.key().equals("state") && !shown.key().equals("status")) {
            return shown;
        }
        var states = new ArrayList<Object>();
        for (Object state : shown.values()) {
            if (state.equals("FAILED")) {
                states.add("FAILED");
                states.add("CANCELED");
            } else {
                states.add(state.equals("CANCELED") ? "(nothing is shown as CANCELED)" : state);
            }
        }
        return switch (shown.operation()) {
            case EQUALS, IN -> new Predicate(shown.key(), Predicate.Operation.IN, states);
            case NOT_EQUALS, GREATER_THAN, GREATER_THAN_EQUALS, LESS_THAN, LESS_THAN_EQUALS, IS_SUBSTRING -> shown;
        };
    }

    private Answer get(Request request) {
        String id = request.param("run_id");
        return Answer.json(surface.store().read(tx -> json(tx, find(tx, id))));
    }

    private static ObjectNode json(Tx tx, RunRecord run) {
        List<TaskRecord> tasks = tx.tasks().ofRun(run.id());
        return RunJson.full(run, run.versionId() == null ? submitted(tx, run) : null, tasks);
    }

    private static @Nullable JsonNode submitted(Tx tx, RunRecord run) {
        SpecRecord spec = tx.specs().get(run.specId());
        return spec == null ? null : CatalogueJson.submitted(spec);
    }

    private Answer archive(Request request) {
        String id = request.param("run_id");
        surface.store().write(tx -> {
            find(tx, id);
            tx.runs().archive(id, true);
            return null;
        });
        return Surface.done();
    }

    private Answer unarchive(Request request) {
        String id = request.param("run_id");
        surface.store().write(tx -> {
            var experiment = tx.experiments().get(find(tx, id).experimentId());
            if (experiment != null && experiment.archived()) {
                throw Refusal.precondition("The run's experiment " + Refusal.quoted(experiment.displayName())
                        + " is archived. Unarchive the experiment first.");
            }
            tx.runs().archive(id, false);
            return null;
        });
        return Surface.done();
    }

    /// Harmless on a run that has ended: KFP's own client tests terminate every run while tearing down.
    private Answer terminate(Request request) {
        String id = request.param("run_id");
        surface.store().write(tx -> {
            RunRecord run = find(tx, id);
            if (!run.state().terminal() && run.state() != RunState.CANCELING) {
                ask(tx, id, IntentRecord.Kind.STOP);
            }
            return null;
        });
        return Surface.done();
    }

    private Answer retry(Request request) {
        String id = request.param("run_id");
        surface.store().write(tx -> {
            RunRecord run = find(tx, id);
            if (run.state() != RunState.FAILED && run.state() != RunState.CANCELED) {
                throw Refusal.precondition(
                        "Only a run that failed or was stopped can be retried; this one is " + run.state() + ".");
            }
            ask(tx, id, IntentRecord.Kind.RETRY);
            return null;
        });
        return Surface.done();
    }

    /// The run loop stops what runs, removes the run's pods and volumes, then its rows. The answer waits for that,
    /// within
    /// reason; the intent is on disk either way.
    private Answer delete(Request request) throws Exception {
        String id = request.param("run_id");
        var gone = new CountDownLatch(1);
        AutoCloseable listening = surface.store().onCommit(changes -> release(gone, changes, id));
        try (listening) {
            surface.store().write(tx -> {
                find(tx, id);
                ask(tx, id, IntentRecord.Kind.DELETE);
                return null;
            });
            var ignored = gone.await(surface.settings().deletionWait().toMillis(), TimeUnit.MILLISECONDS);
        }
        return Surface.done();
    }

    /// Asking again before the loop has acted says nothing new.
    private void ask(Tx tx, String id, IntentRecord.Kind kind) {
        if (tx.intents().pending().stream().noneMatch(i -> i.runId().equals(id) && i.kind() == kind)) {
            tx.intents().add(id, kind, surface.now());
        }
    }

    private void release(CountDownLatch gone, List<Change> changes, String id) {
        boolean touched = changes.stream().anyMatch(c -> c.kind().equals(Change.RUN) && c.id().equals(id));
        if (touched && surface.store().read(tx -> tx.runs().get(id)) == null) {
            gone.countDown();
        }
    }

    static RunRecord find(Tx tx, String id) {
        RunRecord found = tx.runs().get(id);
        if (found == null) {
            throw Refusal.notFound("Run", id);
        }
        return found;
    }
}
