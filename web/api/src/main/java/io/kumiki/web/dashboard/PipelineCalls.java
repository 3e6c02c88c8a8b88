package io.kumiki.web.dashboard;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.runtime.yaml.Yaml;
import io.kumiki.store.SpecRecord;
import io.kumiki.web.dashboard.graph.Graphs;
import io.kumiki.web.dashboard.list.Pages;
import io.kumiki.web.dashboard.list.Query;
import io.kumiki.web.dashboard.list.Sorts;
import io.kumiki.web.dashboard.view.CatalogRows;
import io.kumiki.web.dashboard.view.PipelineView;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Pipelines and their versions. Uploading is Kubeflow's own call.
final class PipelineCalls {
    private static final Map<String, String> KEYS = Map.of("createdAt", "created_at", "displayName", "display_name");

    private final Surface surface;
    private final Graphs graphs;

    PipelineCalls(Surface surface, Graphs graphs) {
        this.surface = surface;
        this.graphs = graphs;
    }

    void addTo(Routes routes) {
        routes.get("/pipelines", may("list", "pipelines"), Surface.translated(this::list))
                .get("/pipelines/{pipelineId}", may("get", "pipelines"), this::get)
                .delete("/pipelines/{pipelineId}", may("delete", "pipelines"), Surface.translated(this::delete))
                .get("/pipelines/{pipelineId}/versions", may("list", "pipelines"), Surface.translated(this::versions))
                .get("/pipelines/{pipelineId}/versions/{versionId}", may("get", "pipelines"), this::version)
                .delete(
                        "/pipelines/{pipelineId}/versions/{versionId}",
                        may("delete", "pipelines"),
                        Surface.translated(this::deleteVersion))
                .get("/pipelines/{pipelineId}/versions/{versionId}/spec", may("get", "pipelines"), this::spec)
                .get("/pipelines/{pipelineId}/versions/{versionId}/graph", may("get", "pipelines"), this::graph);
    }

    private Answer list(Request request) {
        Query query = Query.of(request);
        String namespace = query.text("namespace", 63);
        String text = query.typed("text");
        String sort = query.oneOf("sort", Sorts.both(KEYS.keySet()), "-createdAt");
        Pages.Wanted wanted = Pages.wanted(query);
        query.check();
        var scope = Map.of("namespace", namespace == null ? surface.settings().namespace() : namespace);
        var list = surface.pages().query(wanted, scope, text, sort, KEYS);
        return Answer.json(surface.store().<ObjectNode>read(tx -> {
            CatalogRows rows = new CatalogRows(tx);
            return surface.pages().page(list, tx.pipelines().list(list), rows::pipeline);
        }));
    }

    private Answer get(Request request) {
        String id = request.param("pipelineId");
        return Answer.json(surface.store()
                .<ObjectNode>read(tx -> new CatalogRows(tx)
                        .pipeline(Surface.found(tx.pipelines().get(id), "pipeline", id))));
    }

    private Answer delete(Request request) {
        String id = request.param("pipelineId");
        surface.store().<@Nullable Void>write(tx -> {
            Surface.found(tx.pipelines().get(id), "pipeline", id);
            tx.pipelines().delete(id);
            return null;
        });
        return Answer.empty(204);
    }

    private Answer versions(Request request) {
        String id = request.param("pipelineId");
        Query query = Query.of(request);
        Pages.Wanted wanted = Pages.wanted(query);
        query.check();
        var list = surface.pages().query(wanted, Map.of("pipeline_id", id), null, "-createdAt", KEYS);
        return Answer.json(surface.store().<ObjectNode>read(tx -> {
            Surface.found(tx.pipelines().get(id), "pipeline", id);
            return surface.pages().page(list, tx.versions().list(list), CatalogRows::version);
        }));
    }

    private Answer version(Request request) {
        return Answer.json(surface.store().<ObjectNode>read(tx -> {
            var version = Surface.version(tx, request.param("pipelineId"), request.param("versionId"));
            PipelineView view = new PipelineView(Surface.spec(tx, version.specId()));
            ObjectNode out = CatalogRows.version(version).put("pipelineName", view.name());
            out.set("inputs", view.inputs());
            out.put("steps", view.steps());
            out.set("components", view.components());
            String sdk = view.pipeline().sdkVersion();
            return out.put("sdkVersion", sdk.isEmpty() ? null : sdk);
        }));
    }

    private Answer deleteVersion(Request request) {
        surface.store().<@Nullable Void>write(tx -> {
            tx.versions()
                    .delete(Surface.version(tx, request.param("pipelineId"), request.param("versionId"))
                            .id());
            return null;
        });
        return Answer.empty(204);
    }

    private Answer spec(Request request) {
        return yaml(specOf(request));
    }

    private SpecRecord specOf(Request request) {
        return surface.store()
                .read(tx -> Surface.spec(
                        tx,
                        Surface.version(tx, request.param("pipelineId"), request.param("versionId"))
                                .specId()));
    }

    static Answer yaml(SpecRecord spec) {
        String text = Yaml.write(spec.pipelineSpec());
        if (spec.platformSpec() != null) {
            text += "---\n" + Yaml.write(spec.platformSpec());
        }
        return Answer.bytes(200, "application/yaml; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    private Answer graph(Request request) throws InterruptedException {
        return graph(graphs, specOf(request), request);
    }

    static Answer graph(Graphs graphs, SpecRecord spec, Request request) throws InterruptedException {
        Query query = Query.of(request);
        String expand = query.text("expand", 8000);
        query.check();
        return Answer.json(graphs.graph(spec.id(), spec.pipelineSpec(), expand == null ? "auto" : expand));
    }
}
