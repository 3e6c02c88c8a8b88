package io.kumiki.web.dashboard;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.IntentRecord;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Tx;
import io.kumiki.web.dashboard.graph.Graphs;
import io.kumiki.web.dashboard.list.Pages;
import io.kumiki.web.dashboard.list.Query;
import io.kumiki.web.dashboard.list.RunFilter;
import io.kumiki.web.dashboard.view.ArtifactRows;
import io.kumiki.web.dashboard.view.CatalogRows;
import io.kumiki.web.dashboard.view.PipelineView;
import io.kumiki.web.dashboard.view.RunRows;
import org.jspecify.annotations.Nullable;

/// Runs. What changes one that is under way is written down as an intent; the run loop acts on it.
final class RunCalls {
    private final Surface surface;
    private final Graphs graphs;
    private final RunStart start;

    RunCalls(Surface surface, Graphs graphs) {
        this.surface = surface;
        this.graphs = graphs;
        this.start = new RunStart(surface);
    }

    void addTo(Routes routes) {
        routes.get("/runs", may("list", "runs"), Surface.translated(this::list))
                .post("/runs", may("create", "runs"), Surface.translated(start::handle))
                .get("/runs/{runId}", may("get", "runs"), this::get)
                .delete("/runs/{runId}", may("delete", "runs"), Surface.translated(this::delete))
                .get("/runs/{runId}/inputs", may("get", "runs"), this::inputs)
                .get("/runs/{runId}/spec", may("get", "runs"), request -> PipelineCalls.yaml(spec(request)))
                .get(
                        "/runs/{runId}/graph",
                        may("get", "runs"),
                        request -> PipelineCalls.graph(graphs, spec(request), request))
                .post("/runs/{runId}/stop", may("stop", "runs"), Surface.translated(this::stop))
                .post("/runs/{runId}/retry", may("retry", "runs"), Surface.translated(this::retry))
                .post("/runs/{runId}/archive", may("archive", "runs"), Surface.translated(r -> archive(r, true)))
                .post("/runs/{runId}/unarchive", may("unarchive", "runs"), Surface.translated(r -> archive(r, false)));
    }

    private Answer list(Request request) {
        Query query = Query.of(request);
        RunFilter filter = RunFilter.read(query, surface.settings().namespace());
        Pages.Wanted wanted = Pages.wanted(query);
        query.check();
        return Answer.json(surface.store().<ObjectNode>read(tx -> page(tx, surface.pages(), filter, wanted)));
    }

    /// One page with its counts, for the list and for the live topic.
    static ObjectNode page(Tx tx, Pages pages, RunFilter filter, Pages.Wanted wanted) {
        var list = pages.query(wanted, filter);
        RunRows rows = new RunRows(tx);
        ObjectNode page = pages.page(list, tx.runs().list(list), rows::row);
        page.set("counts", CatalogRows.counts(tx, filter));
        return page;
    }

    private Answer get(Request request) {
        return Answer.json(surface.store()
                .<ObjectNode>read(tx -> new RunRows(tx)
                        .detail(
                                Surface.run(tx, request.param("runId")),
                                new ArtifactRows(tx, surface.ports().objects()))));
    }

    private SpecRecord spec(Request request) {
        return surface.store()
                .read(tx ->
                        Surface.spec(tx, Surface.run(tx, request.param("runId")).specId()));
    }

    private Answer inputs(Request request) {
        ObjectNode out = Json.object();
        out.set("items", new PipelineView(spec(request)).inputs());
        return Answer.json(out);
    }

    private Answer delete(Request request) {
        String id = request.param("runId");
        surface.store().<@Nullable Void>write(tx -> {
            if (Surface.run(tx, id).state().terminal()) {
                tx.runs().delete(id);
            } else {
                tx.intents().add(id, IntentRecord.Kind.DELETE, surface.now());
            }
            return null;
        });
        return Answer.empty(202);
    }

    private Answer stop(Request request) {
        String id = request.param("runId");
        surface.store().<@Nullable Void>write(tx -> {
            RunRecord run = Surface.run(tx, id);
            if (run.state().terminal()) {
                throw HttpFault.conflict("the run has ended already: " + run.state());
            }
            if (run.state() != RunState.CANCELING) {
                tx.intents().add(id, IntentRecord.Kind.STOP, surface.now());
            }
            return null;
        });
        return Answer.empty(202);
    }

    private Answer retry(Request request) {
        String id = request.param("runId");
        surface.store().<@Nullable Void>write(tx -> {
            RunRecord run = Surface.run(tx, id);
            if (run.state() != RunState.FAILED && run.state() != RunState.CANCELED) {
                throw HttpFault.conflict(
                        "only a run that failed or was stopped can be retried; this one is " + run.state());
            }
            tx.intents().add(id, IntentRecord.Kind.RETRY, surface.now());
            return null;
        });
        return Answer.empty(202);
    }

    private Answer archive(Request request, boolean yes) {
        String id = request.param("runId");
        return Answer.json(surface.store().<ObjectNode>write(tx -> {
            RunRecord run = Surface.run(tx, id);
            var experiment = tx.experiments().get(run.experimentId());
            if (!yes && experiment != null && experiment.archived()) {
                throw HttpFault.conflict("the run's experiment \"" + experiment.displayName()
                        + "\" is archived; unarchive the experiment first");
            }
            tx.runs().archive(id, yes);
            return new RunRows(tx).row(Surface.run(tx, id));
        }));
    }
}
