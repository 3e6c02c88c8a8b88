package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.model.run.RunRecord;
import io.kumiki.pipelines.Parameters;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Request;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Tx;
import io.kumiki.store.VersionRecord;
import io.kumiki.web.dashboard.list.Query;
import io.kumiki.web.dashboard.view.PipelineView;
import io.kumiki.web.dashboard.view.RunRows;
import io.kumiki.web.kfp.KfpApi;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Starts a run from the form: checks everything and says all that is wrong, then hands a KFP run message to the
/// one place that makes runs.
final class RunStart {
    private static final List<String> FIELDS = List.of(
            "namespace",
            "displayName",
            "description",
            "experimentId",
            "versionId",
            "fromRunId",
            "parameters",
            "pipelineRoot",
            "serviceAccount");

    /// What to run: a stored spec, and the version it is of where that still exists.
    private record Source(SpecRecord spec, @Nullable VersionRecord version) {}

    private record Checked(@Nullable Source source, ObjectNode parameters, List<Violation> violations) {}

    private final Surface surface;

    RunStart(Surface surface) {
        this.surface = surface;
    }

    Answer handle(Request request) {
        Query query = Query.of(request);
        boolean dryRun = query.flag("dryRun");
        query.check();
        JsonNode body = request.json();
        Checked checked = surface.store().read(tx -> check(tx, body));
        if (dryRun) {
            return Answer.json(dryRun(checked));
        }
        Source source = checked.source();
        if (!checked.violations().isEmpty() || source == null) {
            throw HttpFault.invalid(checked.violations());
        }
        return Answer.json(201, row(start(message(body, source, checked.parameters()))));
    }

    /// Runs a stored version as it is.
    ObjectNode start(VersionRecord version, SpecRecord spec, String displayName) {
        ObjectNode body = Json.object().put("displayName", displayName);
        return row(start(message(body, new Source(spec, version), Json.object())));
    }

    private RunRecord start(ObjectNode message) {
        try {
            return surface.ports().submit().apply(message);
        } catch (HttpFault kubeflows) {
            int status = kubeflows.status();
            throw new HttpFault(
                    status, status == 400 ? "Invalid" : kubeflows.code(), kubeflows.message(), kubeflows.violations());
        }
    }

    private ObjectNode row(RunRecord run) {
        return surface.store().<ObjectNode>read(tx -> new RunRows(tx).row(run));
    }

    private Checked check(Tx tx, JsonNode body) {
        List<Violation> violations = new ArrayList<>();
        if (!body.isObject()) {
            throw HttpFault.badRequest("an object is wanted");
        }
        Bodies.onlyFields(body, FIELDS, violations);
        Bodies.text(body, "displayName", 128, true, violations);
        Bodies.text(body, "description", 10_000, false, violations);
        Bodies.text(body, "pipelineRoot", 2048, false, violations);
        Bodies.text(body, "serviceAccount", 253, false, violations);
        String namespace = Bodies.text(body, "namespace", 63, false, violations);
        if (!namespace.isEmpty() && !namespace.equals(surface.settings().namespace())) {
            violations.add(new Violation(
                    "namespace",
                    "UnknownNamespace",
                    "runs live in \"" + surface.settings().namespace() + "\" here; leave it away"));
        }
        String experiment = Bodies.text(body, "experimentId", 100, false, violations);
        var found = experiment.isEmpty() ? null : tx.experiments().get(experiment);
        if (!experiment.isEmpty() && (found == null || found.archived())) {
            violations.add(new Violation(
                    "experimentId",
                    "UnknownExperiment",
                    found == null
                            ? "there is no such experiment"
                            : "this experiment is archived and takes no new runs"));
        }
        JsonNode given = body.path("parameters");
        if (!given.isMissingNode() && !given.isObject()) {
            violations.add(new Violation("parameters", "WrongType", "an object of values by name is wanted"));
        }
        ObjectNode parameters = given instanceof ObjectNode values ? values : Json.object();
        Source source = source(tx, body, violations);
        if (source != null) {
            fits(new PipelineView(source.spec()).pipeline(), parameters, violations);
        }
        return new Checked(source, parameters, violations);
    }

    private void fits(Pipeline pipeline, ObjectNode parameters, List<Violation> violations) {
        violations.addAll(Parameters.check(pipeline, parameters));
        violations.addAll(surface.ports().images().check(pipeline.literalImages()));
        pipeline.artifactInputs().stream()
                .filter(a -> !a.optional())
                .forEach(
                        a -> violations.add(
                                new Violation(
                                        "parameters." + a.name(),
                                        "ArtifactInput",
                                        "the pipeline wants an artifact from its caller, which no client can give; run it inside another pipeline")));
    }

    private static @Nullable Source source(Tx tx, JsonNode body, List<Violation> violations) {
        String versionId = Bodies.text(body, "versionId", 100, false, violations);
        String fromRunId = Bodies.text(body, "fromRunId", 100, false, violations);
        if (versionId.isEmpty() == fromRunId.isEmpty()) {
            violations.add(new Violation(
                    "versionId",
                    "OneSource",
                    "exactly one of versionId and fromRunId is wanted, found "
                            + (versionId.isEmpty() ? "neither" : "both")));
            return null;
        }
        if (!versionId.isEmpty()) {
            VersionRecord version = tx.versions().get(versionId);
            if (version == null) {
                violations.add(new Violation(
                        "versionId", "UnknownVersion", "there is no such version; it may have been deleted"));
                return null;
            }
            return new Source(Surface.spec(tx, version.specId()), version);
        }
        RunRecord run = tx.runs().get(fromRunId);
        if (run == null) {
            violations.add(new Violation("fromRunId", "UnknownRun", "there is no such run; it may have been deleted"));
            return null;
        }
        VersionRecord version = run.versionId() == null ? null : tx.versions().get(run.versionId());
        return new Source(Surface.spec(tx, run.specId()), version);
    }

    private static ObjectNode message(JsonNode body, Source source, ObjectNode parameters) {
        ObjectNode message =
                Json.object().put("display_name", body.path("displayName").asText());
        put(message, "description", body.path("description").asText());
        put(message, "experiment_id", body.path("experimentId").asText());
        put(message, "service_account", body.path("serviceAccount").asText());
        ObjectNode runtime = message.putObject("runtime_config");
        runtime.set("parameters", parameters);
        put(runtime, "pipeline_root", body.path("pipelineRoot").asText());
        VersionRecord version = source.version();
        if (version == null) {
            message.set("pipeline_spec", KfpApi.submitted(source.spec()));
        } else {
            message.putObject("pipeline_version_reference")
                    .put("pipeline_id", version.pipelineId())
                    .put("pipeline_version_id", version.id());
        }
        return message;
    }

    private static void put(ObjectNode message, String field, String value) {
        if (!value.isEmpty()) {
            message.put(field, value);
        }
    }

    private ObjectNode dryRun(Checked checked) {
        ObjectNode out = Json.object();
        ArrayNode violations = out.putArray("violations");
        checked.violations()
                .forEach(v -> violations
                        .addObject()
                        .put("path", v.path())
                        .put("reason", v.reason())
                        .put("message", v.message()));
        Source source = checked.source();
        ArrayNode notes = Json.array();
        if (source == null) {
            out.set("parameters", checked.parameters());
            out.put("steps", 0);
        } else {
            PipelineView view = new PipelineView(source.spec());
            Pipeline pipeline = view.pipeline();
            out.set(
                    "parameters",
                    checked.violations().isEmpty()
                            ? Parameters.complete(pipeline, checked.parameters())
                            : checked.parameters());
            out.put("steps", view.steps());
            surface.ports().imageNotes().apply(pipeline.literalImages()).forEach(notes::add);
        }
        out.set("notes", notes);
        return out;
    }
}
