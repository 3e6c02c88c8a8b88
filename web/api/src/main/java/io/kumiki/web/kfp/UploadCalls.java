package io.kumiki.web.kfp;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.runtime.http.Upload;
import io.kumiki.store.PipelineRecord;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.VersionRecord;
import io.kumiki.web.kfp.upload.PipelineDocument;
import io.kumiki.web.kfp.upload.PipelinePackage;
import io.kumiki.web.kfp.wire.CatalogueJson;
import io.kumiki.web.kfp.wire.Refusal;
import io.kumiki.web.kfp.wire.Tags;
import java.util.ArrayList;
import java.util.Map;

/// The two multipart routes: a file in the part `uploadfile`, everything else in the query.
final class UploadCalls {
    private static final String PART = "uploadfile";

    private final Surface surface;
    private final PipelineCalls pipelines;
    private final VersionCalls versions;
    private final PipelinePackage packages;

    UploadCalls(Surface surface, PipelineCalls pipelines, VersionCalls versions) {
        this.surface = surface;
        this.pipelines = pipelines;
        this.versions = versions;
        this.packages = new PipelinePackage(surface.settings().packages());
    }

    /// @param routes those below `/pipelines/upload`, which have an error format of their own
    void addTo(Routes routes) {
        routes.on("POST", "", may("create", "pipelines"), Bodies.UPLOAD, surface.call(this::pipeline))
                .on("POST", "_version", may("create", "pipelines"), Bodies.UPLOAD, surface.call(this::version));
    }

    private Answer pipeline(Request request) {
        Upload file = file(request);
        SpecRecord spec = spec(file);
        ObjectNode message = message(request);
        message.put("namespace", Surface.query(request, "namespace"));
        PipelineRecord pipeline = pipelines.draft(message, stem(file.fileName()));
        VersionRecord version = VersionCalls.draft(
                surface,
                Json.object()
                        .put("name", cut(pipeline.name()))
                        .put("display_name", cut(pipeline.displayName()))
                        .put("description", pipeline.description()),
                pipeline.id(),
                spec);
        pipelines.add(pipeline, version, spec);
        return Answer.json(CatalogueJson.pipeline(pipeline));
    }

    private Answer version(Request request) {
        String pipelineId = Surface.query(request, "pipelineid");
        if (pipelineId.isEmpty()) {
            throw Refusal.invalid("The query parameter pipelineid is wanted: which pipeline gets the version.");
        }
        surface.store().read(tx -> PipelineCalls.find(tx, pipelineId));
        Upload file = file(request);
        SpecRecord spec = spec(file);
        ObjectNode message = message(request);
        if (message.path("name").asText().isEmpty()
                && message.path("display_name").asText().isEmpty()) {
            message.put("name", stem(file.fileName()));
        }
        VersionRecord version = VersionCalls.draft(surface, message, pipelineId, spec);
        versions.add(version, spec);
        return Answer.json(CatalogueJson.version(version, spec));
    }

    private SpecRecord spec(Upload file) {
        SpecRecord spec = PipelineDocument.of(packages.open(file.fileName(), file.content()));
        PipelineCheck.valid(spec);
        return spec;
    }

    private static Upload file(Request request) {
        Upload file = request.upload(PART);
        if (file == null) {
            throw Refusal.invalid("The form has no file in the part '" + PART
                    + "'. Send multipart/form-data with the pipeline there.");
        }
        return file;
    }

    private static ObjectNode message(Request request) {
        var violations = new ArrayList<Violation>();
        Map<String, String> tags = Tags.ofQuery(Surface.query(request, "tags"), violations);
        if (!violations.isEmpty()) {
            throw Refusal.invalid("The upload cannot be taken", violations);
        }
        ObjectNode message = Json.object()
                .put("name", Surface.query(request, "name"))
                .put("display_name", Surface.query(request, "display_name"))
                .put("description", Surface.query(request, "description"));
        ObjectNode map = message.putObject("tags");
        tags.forEach(map::put);
        return message;
    }

    /// A version's name is one character shorter than a pipeline's.
    private static String cut(String name) {
        return name.codePointCount(0, name.length()) <= Surface.LONGEST_VERSION_NAME
                ? name
                : name.substring(0, name.offsetByCodePoints(0, Surface.LONGEST_VERSION_NAME));
    }

    /// `dir/train.pipeline.yaml` → `train.pipeline`: a label only.
    private static String stem(String fileName) {
        String name = fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
        String bare = name.endsWith(".tar.gz") ? name.substring(0, name.length() - 7) : name;
        int dot = bare.lastIndexOf('.');
        return dot > 0 ? bare.substring(0, dot) : bare;
    }
}
