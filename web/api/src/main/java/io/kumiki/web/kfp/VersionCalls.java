package io.kumiki.web.kfp;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.PipelineRecord;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Tx;
import io.kumiki.store.VersionRecord;
import io.kumiki.store.list.Page;
import io.kumiki.web.kfp.upload.PipelineDocument;
import io.kumiki.web.kfp.wire.CatalogueJson;
import io.kumiki.web.kfp.wire.ListRequest;
import io.kumiki.web.kfp.wire.Messages;
import io.kumiki.web.kfp.wire.Refusal;
import io.kumiki.web.kfp.wire.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/// Versions of pipelines: each holds one spec.
final class VersionCalls {
    private final Surface surface;

    VersionCalls(Surface surface) {
        this.surface = surface;
    }

    void addTo(Routes routes) {
        String one = "/pipelines/{pipeline_id}/versions/{pipeline_version_id}";
        routes.get("/pipelines/{pipeline_id}/versions", may("list", "pipelines"), surface.call(this::list))
                .on(
                        "POST",
                        "/pipelines/{pipeline_id}/versions",
                        may("create", "pipelines"),
                        Bodies.SPEC,
                        surface.call(this::create))
                .get(one, may("get", "pipelines"), surface.call(this::get))
                .on("PATCH", one, may("update", "pipelines"), Bodies.SPEC, surface.call(this::update))
                .delete(one, may("delete", "pipelines"), surface.call(this::delete));
    }

    private Answer list(Request request) {
        String pipelineId = request.param("pipeline_id");
        ListRequest list = surface.list("pipeline versions", request, Map.of("pipeline_id", pipelineId));
        Map<String, SpecRecord> specs = new HashMap<>();
        Page<VersionRecord> page = surface.store().read(tx -> {
            PipelineCalls.find(tx, pipelineId);
            Page<VersionRecord> rows = tx.versions().list(list.query());
            for (VersionRecord row : rows.rows()) {
                SpecRecord spec = tx.specs().get(row.specId());
                if (spec != null) {
                    specs.put(row.specId(), spec);
                }
            }
            return rows;
        });
        return surface.page("pipeline_versions", list, page, v -> CatalogueJson.version(v, specs.get(v.specId())));
    }

    private Answer create(Request request) {
        String pipelineId = request.param("pipeline_id");
        ObjectNode body = Messages.VERSION.read(request.body());
        PipelineCalls.Edit.refuseOther(body, "pipeline_id", pipelineId);
        SpecRecord spec = spec(body);
        PipelineCheck.valid(spec);
        VersionRecord version = draft(surface, body, pipelineId, spec);
        add(version, spec);
        return Answer.json(CatalogueJson.version(version, spec));
    }

    void add(VersionRecord version, SpecRecord spec) {
        surface.store().write(tx -> {
            PipelineRecord pipeline = PipelineCalls.find(tx, version.pipelineId());
            tx.specs().put(spec);
            try {
                tx.versions().insert(version);
            } catch (io.kumiki.store.StoreFault.AlreadyExists e) {
                throw Refusal.exists("Pipeline " + Refusal.quoted(pipeline.name()) + " has a version named "
                        + Refusal.quoted(version.name()) + " already. Choose another name.");
            }
            return null;
        });
    }

    /// The spec in a message. A URL is not fetched: the control plane would then read addresses for whoever asks.
    static SpecRecord spec(ObjectNode version) {
        if (version.has("pipeline_spec")) {
            return PipelineDocument.of(version.get("pipeline_spec"));
        }
        if (!version.path("package_url").path("pipeline_url").asText().isEmpty()) {
            throw Refusal.notOffered(
                    "package_url is not fetched here: a server that reads URLs for its callers reaches what they cannot."
                            + " Send the pipeline itself as pipeline_spec, or upload the file to /pipelines/upload or /pipelines/upload_version.");
        }
        throw Refusal.invalid("pipeline_spec is wanted: the compiled pipeline as JSON.");
    }

    static VersionRecord draft(Surface surface, ObjectNode body, String pipelineId, SpecRecord spec) {
        String display = body.path("display_name").asText();
        String given = body.path("name").asText();
        String name = given.isEmpty() ? display : given;
        var violations = new ArrayList<Violation>();
        Surface.checkName("name", name, Surface.LONGEST_VERSION_NAME, violations);
        Surface.checkText("display_name", display, Surface.LONGEST_VERSION_NAME, violations);
        Surface.checkText("description", body.path("description").asText(), Surface.LONGEST_DESCRIPTION, violations);
        Surface.checkText(
                "code_source_url", body.path("code_source_url").asText(), Surface.LONGEST_DESCRIPTION, violations);
        Map<String, String> tags = Tags.of(body.path("tags"), "tags", violations);
        if (!violations.isEmpty()) {
            throw Refusal.invalid("The pipeline version cannot be created", violations);
        }
        return new VersionRecord(
                surface.newId(),
                pipelineId,
                name,
                display.isEmpty() ? name : display,
                body.path("description").asText(),
                surface.now(),
                spec.id(),
                body.path("code_source_url").asText(),
                "",
                tags);
    }

    private Answer get(Request request) {
        return Answer.json(surface.store()
                .read(tx -> json(tx, find(tx, request.param("pipeline_id"), request.param("pipeline_version_id")))));
    }

    private Answer update(Request request) {
        String id = request.param("pipeline_version_id");
        String pipelineId = request.param("pipeline_id");
        ObjectNode body = Messages.VERSION.read(request.body());
        var edit = PipelineCalls.Edit.of(body, Surface.LONGEST_VERSION_NAME, "The pipeline version cannot be changed");
        return Answer.json(surface.store().write(tx -> {
            VersionRecord old = find(tx, pipelineId, id);
            PipelineCalls.Edit.refuseOther(body, "pipeline_version_id", id);
            PipelineCalls.Edit.refuseOther(body, "pipeline_id", pipelineId);
            PipelineCalls.Edit.refuseOther(body, "name", old.name());
            var now = new VersionRecord(
                    old.id(),
                    old.pipelineId(),
                    old.name(),
                    edit.displayName(old.displayName()),
                    edit.description(old.description()),
                    old.createdAt(),
                    old.specId(),
                    old.codeSourceUrl(),
                    old.packageUrl(),
                    edit.tags(old.tags()));
            tx.versions().update(now);
            return json(tx, now);
        }));
    }

    private Answer delete(Request request) {
        surface.store()
                .write(tx -> tx.versions()
                        .delete(find(tx, request.param("pipeline_id"), request.param("pipeline_version_id"))
                                .id()));
        return Surface.done();
    }

    private static ObjectNode json(Tx tx, VersionRecord version) {
        return CatalogueJson.version(version, tx.specs().get(version.specId()));
    }

    /// A version of another pipeline is not found, whoever asks.
    static VersionRecord find(Tx tx, String pipelineId, String id) {
        PipelineCalls.find(tx, pipelineId);
        VersionRecord found = tx.versions().get(id);
        if (found == null || !found.pipelineId().equals(pipelineId)) {
            throw Refusal.notFound("Pipeline version", id);
        }
        return found;
    }
}
