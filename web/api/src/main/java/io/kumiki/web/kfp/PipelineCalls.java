package io.kumiki.web.kfp;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.PipelineRecord;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Tx;
import io.kumiki.store.VersionRecord;
import io.kumiki.web.kfp.wire.CatalogueJson;
import io.kumiki.web.kfp.wire.ListRequest;
import io.kumiki.web.kfp.wire.Messages;
import io.kumiki.web.kfp.wire.Refusal;
import io.kumiki.web.kfp.wire.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Pipelines: names; what they contain is in their versions.
final class PipelineCalls {
    private final Surface surface;

    PipelineCalls(Surface surface) {
        this.surface = surface;
    }

    void addTo(Routes routes) {
        routes.get("/pipelines", may("list", "pipelines"), surface.call(this::list))
                .on("POST", "/pipelines", may("create", "pipelines"), Bodies.MESSAGE, surface.call(this::create))
                .on(
                        "POST",
                        "/pipelines/create",
                        may("create", "pipelines"),
                        Bodies.SPEC,
                        surface.call(this::createWithVersion))
                .get("/pipelines/names/{name}", may("get", "pipelines"), surface.call(this::byName))
                .get("/pipelines/{pipeline_id}", may("get", "pipelines"), surface.call(this::get))
                .on(
                        "PATCH",
                        "/pipelines/{pipeline_id}",
                        may("update", "pipelines"),
                        Bodies.MESSAGE,
                        surface.call(this::update))
                .delete("/pipelines/{pipeline_id}", may("delete", "pipelines"), surface.call(this::delete));
    }

    private Answer list(Request request) {
        String namespace = surface.namespace(Surface.query(request, "namespace"));
        ListRequest list = surface.list("pipelines", request, Map.of("namespace", namespace));
        return surface.page(
                "pipelines",
                list,
                surface.store().read(tx -> tx.pipelines().list(list.query())),
                CatalogueJson::pipeline);
    }

    private Answer create(Request request) {
        PipelineRecord pipeline = draft(Messages.PIPELINE.read(request.body()), null);
        surface.store().write(tx -> {
            insert(tx, pipeline);
            return null;
        });
        return Answer.json(CatalogueJson.pipeline(pipeline));
    }

    /// The pipeline and its first version in one commit.
    private Answer createWithVersion(Request request) {
        ObjectNode body = Messages.PIPELINE_AND_VERSION.read(request.body());
        if (!body.has("pipeline") || !body.has("pipeline_version")) {
            throw Refusal.invalid("Both pipeline and pipeline_version are wanted.");
        }
        SpecRecord spec = VersionCalls.spec((ObjectNode) body.get("pipeline_version"));
        String name = PipelineCheck.valid(spec).name();
        PipelineRecord pipeline = draft((ObjectNode) body.get("pipeline"), name);
        var given = (ObjectNode) body.get("pipeline_version");
        if (!given.has("name") && !given.has("display_name")) {
            given.put("name", pipeline.name()).put("display_name", pipeline.displayName());
        }
        VersionRecord version = VersionCalls.draft(surface, given, pipeline.id(), spec);
        add(pipeline, version, spec);
        return Answer.json(CatalogueJson.pipeline(pipeline));
    }

    /// A pipeline with its first version, in one commit.
    void add(PipelineRecord pipeline, VersionRecord version, SpecRecord spec) {
        surface.store().write(tx -> {
            insert(tx, pipeline);
            tx.specs().put(spec);
            tx.versions().insert(version);
            return null;
        });
    }

    /// @param otherwise the name when the message has none
    PipelineRecord draft(ObjectNode body, @Nullable String otherwise) {
        String display = body.path("display_name").asText();
        String given = body.path("name").asText();
        String name = !given.isEmpty() ? given : !display.isEmpty() ? display : otherwise == null ? "" : otherwise;
        var violations = new ArrayList<Violation>();
        Surface.checkName("name", name, Surface.LONGEST_NAME, violations);
        Surface.checkText("display_name", display, Surface.LONGEST_NAME, violations);
        Surface.checkText("description", body.path("description").asText(), Surface.LONGEST_DESCRIPTION, violations);
        Map<String, String> tags = Tags.of(body.path("tags"), "tags", violations);
        if (!violations.isEmpty()) {
            throw Refusal.invalid("The pipeline cannot be created", violations);
        }
        return new PipelineRecord(
                surface.newId(),
                surface.namespace(body.path("namespace").asText()),
                name,
                display.isEmpty() ? name : display,
                body.path("description").asText(),
                surface.now(),
                tags);
    }

    private static void insert(Tx tx, PipelineRecord pipeline) {
        if (tx.pipelines().byName(pipeline.namespace(), pipeline.name()) != null) {
            throw Refusal.exists("A pipeline named " + Refusal.quoted(pipeline.name())
                    + " exists already. Choose another name, or upload a new version of that one.");
        }
        tx.pipelines().insert(pipeline);
    }

    private Answer byName(Request request) {
        String namespace = surface.namespace(Surface.query(request, "namespace"));
        String name = request.param("name");
        PipelineRecord found = surface.store().read(tx -> tx.pipelines().byName(namespace, name));
        if (found == null) {
            throw Refusal.notFound("Pipeline", name);
        }
        return Answer.json(CatalogueJson.pipeline(found));
    }

    private Answer get(Request request) {
        String id = request.param("pipeline_id");
        return Answer.json(CatalogueJson.pipeline(surface.store().read(tx -> find(tx, id))));
    }

    private Answer update(Request request) {
        String id = request.param("pipeline_id");
        ObjectNode body = Messages.PIPELINE.read(request.body());
        Edit edit = Edit.of(body, Surface.LONGEST_NAME, "The pipeline cannot be changed");
        PipelineRecord changed = surface.store().write(tx -> {
            PipelineRecord old = find(tx, id);
            Edit.refuseOther(body, "pipeline_id", id);
            Edit.refuseOther(body, "name", old.name());
            Edit.refuseOther(body, "namespace", old.namespace());
            var now = new PipelineRecord(
                    old.id(),
                    old.namespace(),
                    old.name(),
                    edit.displayName(old.displayName()),
                    edit.description(old.description()),
                    old.createdAt(),
                    edit.tags(old.tags()));
            tx.pipelines().update(now);
            return now;
        });
        return Answer.json(CatalogueJson.pipeline(changed));
    }

    private Answer delete(Request request) {
        String id = request.param("pipeline_id");
        boolean cascade = bool(Surface.query(request, "cascade"));
        surface.store().write(tx -> {
            find(tx, id);
            long versions = tx.versions().count(id);
            if (versions > 0 && !cascade) {
                throw Refusal.invalid("Pipeline " + Refusal.quoted(id) + " has " + versions
                        + (versions == 1 ? " version" : " versions") + ". Delete them first, or say cascade=true.");
            }
            return tx.pipelines().delete(id);
        });
        return Surface.done();
    }

    /// Python's `True`, too.
    private static boolean bool(String text) {
        return switch (text.toLowerCase(java.util.Locale.ROOT)) {
            case "true", "1" -> true;
            case "", "false", "0" -> false;
            default -> throw Refusal.invalid("cascade: wanted true or false, found " + Refusal.quoted(text));
        };
    }

    static PipelineRecord find(Tx tx, String id) {
        PipelineRecord found = tx.pipelines().get(id);
        if (found == null) {
            throw Refusal.notFound("Pipeline", id);
        }
        return found;
    }

    /// What a PATCH changes: an absent field stays, `"tags":{}` clears them.
    record Edit(JsonNode body, @Nullable Map<String, String> newTags) {
        static Edit of(ObjectNode body, int longestName, String what) {
            var violations = new ArrayList<Violation>();
            Surface.checkText("display_name", body.path("display_name").asText(), longestName, violations);
            Surface.checkText(
                    "description", body.path("description").asText(), Surface.LONGEST_DESCRIPTION, violations);
            Map<String, String> tags = body.has("tags") ? Tags.of(body.get("tags"), "tags", violations) : null;
            if (!violations.isEmpty()) {
                throw Refusal.invalid(what, violations);
            }
            return new Edit(body, tags);
        }

        /// What cannot be changed may be repeated, not altered.
        static void refuseOther(JsonNode body, String field, String current) {
            String given = body.path(field).asText();
            if (!given.isEmpty() && !given.equals(current)) {
                throw Refusal.invalid(
                        "Only some fields can be changed",
                        List.of(new Violation(
                                field,
                                "Immutable",
                                "cannot be changed from " + Refusal.quoted(current) + " to " + Refusal.quoted(given)
                                        + "; display_name, description and tags can")));
            }
        }

        String displayName(String old) {
            String given = body.path("display_name").asText();
            return given.isEmpty() ? old : given;
        }

        String description(String old) {
            return body.has("description") ? body.get("description").asText() : old;
        }

        Map<String, String> tags(Map<String, String> old) {
            return newTags == null ? old : newTags;
        }
    }
}
