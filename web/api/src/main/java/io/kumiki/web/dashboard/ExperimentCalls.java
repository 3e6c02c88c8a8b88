package io.kumiki.web.dashboard;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.ExperimentRecord;
import io.kumiki.web.dashboard.list.Pages;
import io.kumiki.web.dashboard.list.Query;
import io.kumiki.web.dashboard.list.Sorts;
import io.kumiki.web.dashboard.view.CatalogRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Groups of runs.
final class ExperimentCalls {
    /// KFP's name for the one that always exists.
    static final String DEFAULT = "Default";

    private static final Map<String, String> KEYS =
            Map.of("createdAt", "created_at", "displayName", "display_name", "lastRunAt", "last_run_created_at");

    private final Surface surface;

    ExperimentCalls(Surface surface) {
        this.surface = surface;
    }

    void addTo(Routes routes) {
        routes.get("/experiments", may("list", "experiments"), Surface.translated(this::list))
                .post("/experiments", may("create", "experiments"), Surface.translated(this::create))
                .get("/experiments/{experimentId}", may("get", "experiments"), this::get)
                .delete("/experiments/{experimentId}", may("delete", "experiments"), Surface.translated(this::delete))
                .post(
                        "/experiments/{experimentId}/archive",
                        may("archive", "experiments"),
                        Surface.translated(r -> archive(r, true)))
                .post(
                        "/experiments/{experimentId}/unarchive",
                        may("unarchive", "experiments"),
                        Surface.translated(r -> archive(r, false)));
    }

    private Answer list(Request request) {
        Query query = Query.of(request);
        String namespace = query.text("namespace", 63);
        String text = query.typed("text");
        boolean archived = query.flag("archived");
        String sort = query.oneOf("sort", Sorts.both(KEYS.keySet()), "-lastRunAt");
        Pages.Wanted wanted = Pages.wanted(query);
        query.check();
        var scope = Map.of(
                "namespace", namespace == null ? surface.settings().namespace() : namespace,
                "storage_state", archived ? "ARCHIVED" : "AVAILABLE");
        var list = surface.pages().query(wanted, scope, text, sort, KEYS);
        return Answer.json(surface.store().<ObjectNode>read(tx -> {
            CatalogRows rows = new CatalogRows(tx);
            return surface.pages().page(list, tx.experiments().list(list), rows::experiment);
        }));
    }

    private Answer create(Request request) {
        JsonNode body = request.json();
        List<Violation> violations = new ArrayList<>();
        String name = Bodies.text(body, "displayName", 128, true, violations);
        String description = Bodies.text(body, "description", 10_000, false, violations);
        String namespace = Bodies.text(body, "namespace", 63, false, violations);
        Bodies.onlyFields(body, List.of("displayName", "description", "namespace"), violations);
        if (!violations.isEmpty()) {
            throw HttpFault.invalid(violations);
        }
        var experiment = new ExperimentRecord(
                surface.ids().get().toString(),
                namespace.isEmpty() ? surface.settings().namespace() : namespace,
                name,
                description,
                false,
                surface.now(),
                null);
        return Answer.json(201, surface.store().<ObjectNode>write(tx -> {
            tx.experiments().insert(experiment);
            return new CatalogRows(tx).experiment(experiment);
        }));
    }

    private Answer get(Request request) {
        String id = request.param("experimentId");
        return Answer.json(surface.store()
                .<ObjectNode>read(tx -> new CatalogRows(tx)
                        .experiment(Surface.found(tx.experiments().get(id), "experiment", id))));
    }

    private Answer delete(Request request) {
        String id = request.param("experimentId");
        surface.store().<@Nullable Void>write(tx -> {
            ExperimentRecord experiment = Surface.found(tx.experiments().get(id), "experiment", id);
            if (experiment.displayName().equals(DEFAULT)) {
                throw HttpFault.conflict("the experiment \"" + DEFAULT
                        + "\" takes runs that name no other and cannot be deleted; archive it to hide it");
            }
            tx.experiments().delete(id);
            return null;
        });
        return Answer.empty(204);
    }

    private Answer archive(Request request, boolean yes) {
        String id = request.param("experimentId");
        return Answer.json(surface.store().<ObjectNode>write(tx -> {
            Surface.found(tx.experiments().get(id), "experiment", id);
            tx.experiments().archive(id, yes);
            return new CatalogRows(tx).experiment(Surface.found(tx.experiments().get(id), "experiment", id));
        }));
    }
}
