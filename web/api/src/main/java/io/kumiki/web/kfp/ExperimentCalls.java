package io.kumiki.web.kfp;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.model.Violation;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.ExperimentRecord;
import io.kumiki.store.Tx;
import io.kumiki.web.kfp.wire.CatalogueJson;
import io.kumiki.web.kfp.wire.ListRequest;
import io.kumiki.web.kfp.wire.Messages;
import io.kumiki.web.kfp.wire.Refusal;
import java.util.ArrayList;
import java.util.Map;

/// Experiments: named groups of runs. A run without one goes to "Default", which is made once and cannot be
/// deleted.
final class ExperimentCalls {
    private static final String DEFAULT = "Default";
    private static final String DEFAULT_KEY = "kfp.default-experiment";

    private final Surface surface;
    private final String defaultId;

    ExperimentCalls(Surface surface) {
        this.surface = surface;
        this.defaultId = surface.store().write(this::ensureDefault);
    }

    void addTo(Routes routes) {
        routes.get("/experiments", may("list", "experiments"), surface.call(this::list))
                .on("POST", "/experiments", may("create", "experiments"), Bodies.MESSAGE, surface.call(this::create))
                .get("/experiments/{experiment_id}", may("get", "experiments"), surface.call(this::get))
                .delete("/experiments/{experiment_id}", may("delete", "experiments"), surface.call(this::delete))
                .on(
                        "POST",
                        "/experiments/{experiment_id}:archive",
                        may("archive", "experiments"),
                        Bodies.VERB,
                        surface.call(r -> archive(r, true)))
                .on(
                        "POST",
                        "/experiments/{experiment_id}:unarchive",
                        may("unarchive", "experiments"),
                        Bodies.VERB,
                        surface.call(r -> archive(r, false)));
    }

    String defaultId() {
        return defaultId;
    }

    private String ensureDefault(Tx tx) {
        var known = tx.settings().get(DEFAULT_KEY);
        if (known != null && tx.experiments().get(known.asText()) != null) {
            return known.asText();
        }
        String namespace = surface.settings().namespace();
        ExperimentRecord existing = tx.experiments().byName(namespace, DEFAULT);
        if (existing == null) {
            existing = new ExperimentRecord(
                    surface.newId(),
                    namespace,
                    DEFAULT,
                    "All runs created without specifying an experiment will be grouped here.",
                    false,
                    surface.now(),
                    null);
            tx.experiments().insert(existing);
        }
        tx.settings().put(DEFAULT_KEY, TextNode.valueOf(existing.id()));
        return existing.id();
    }

    private Answer list(Request request) {
        String namespace = surface.namespace(Surface.query(request, "namespace"));
        ListRequest list = surface.list("experiments", request, Map.of("namespace", namespace));
        return surface.page(
                "experiments",
                list,
                surface.store().read(tx -> tx.experiments().list(list.query())),
                CatalogueJson::experiment);
    }

    private Answer create(Request request) {
        ObjectNode body = Messages.EXPERIMENT.read(request.body());
        String name = body.path("display_name").asText();
        String description = body.path("description").asText();
        var violations = new ArrayList<Violation>();
        Surface.checkName("display_name", name, Surface.LONGEST_NAME, violations);
        Surface.checkText("description", description, Surface.LONGEST_DESCRIPTION, violations);
        if (!violations.isEmpty()) {
            throw Refusal.invalid("The experiment cannot be created", violations);
        }
        String namespace = surface.namespace(body.path("namespace").asText());
        var experiment =
                new ExperimentRecord(surface.newId(), namespace, name, description, false, surface.now(), null);
        surface.store().write(tx -> {
            if (tx.experiments().byName(namespace, name) != null) {
                throw Refusal.exists("An experiment named " + Refusal.quoted(name)
                        + " exists already. Choose another name, or use that one.");
            }
            tx.experiments().insert(experiment);
            return null;
        });
        return Answer.json(CatalogueJson.experiment(experiment));
    }

    private Answer get(Request request) {
        String id = request.param("experiment_id");
        return Answer.json(CatalogueJson.experiment(surface.store().read(tx -> find(tx, id))));
    }

    private Answer delete(Request request) {
        String id = request.param("experiment_id");
        if (id.equals(defaultId)) {
            throw Refusal.precondition(
                    "The default experiment cannot be deleted: runs that name no experiment go there. Archive it instead.");
        }
        surface.store().write(tx -> {
            find(tx, id);
            return tx.experiments().delete(id);
        });
        return Surface.done();
    }

    private Answer archive(Request request, boolean yes) {
        String id = request.param("experiment_id");
        surface.store().write(tx -> {
            find(tx, id);
            tx.experiments().archive(id, yes);
            return null;
        });
        return Surface.done();
    }

    static ExperimentRecord find(Tx tx, String id) {
        ExperimentRecord found = tx.experiments().get(id);
        if (found == null) {
            throw Refusal.notFound("Experiment", id);
        }
        return found;
    }
}
