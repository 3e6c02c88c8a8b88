package io.kumiki.web.kfp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.model.run.RunRecord;
import io.kumiki.model.run.RunState;
import io.kumiki.model.run.StateChange;
import io.kumiki.pipelines.Pipeline;
import io.kumiki.store.ExperimentRecord;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Tx;
import io.kumiki.store.VersionRecord;
import io.kumiki.store.objects.ObjectUri;
import io.kumiki.web.kfp.upload.PipelineDocument;
import io.kumiki.web.kfp.wire.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// From a Run message to its row. The commit of the row is the acknowledgement; the run loop takes it from there.
final class NewRun {
    private static final String DEFAULT_ACCOUNT = "pipeline-runner";
    private static final int LONGEST_ACCOUNT = 253;

    /// Where the spec comes from.
    private record Source(SpecRecord spec, @Nullable VersionRecord version) {}

    /// @param spec what the run executes, as submitted
    record Created(RunRecord run, SpecRecord spec) {}

    private final Surface surface;
    private final ExperimentCalls experiments;

    NewRun(Surface surface, ExperimentCalls experiments) {
        this.surface = surface;
        this.experiments = experiments;
    }

    /// @param experimentOfQuery KFP also takes the experiment as a query parameter
    Created create(ObjectNode body, String experimentOfQuery) {
        var violations = new ArrayList<Violation>();
        Surface.checkName("display_name", body.path("display_name").asText(), Surface.LONGEST_NAME, violations);
        Surface.checkText("description", body.path("description").asText(), Surface.LONGEST_DESCRIPTION, violations);
        Surface.checkText("service_account", body.path("service_account").asText(), LONGEST_ACCOUNT, violations);
        if (!body.path("plugins_input").isEmpty()) {
            violations.add(
                    new Violation("plugins_input", "NotOffered", "no run plugins are installed here; leave it away"));
        }
        String givenRoot = body.path("runtime_config").path("pipeline_root").asText();
        checkRoot(givenRoot, violations);
        String experimentId = experiment(body.path("experiment_id").asText(), experimentOfQuery, violations);
        checkOneSource(body, violations);
        if (!violations.isEmpty()) {
            throw Refusal.invalid("The run cannot be created", violations);
        }
        Source source = source(body);
        Pipeline pipeline = PipelineCheck.valid(source.spec());
        ObjectNode parameters =
                body.at("/runtime_config/parameters") instanceof ObjectNode given ? given : Json.object();
        List<Violation> misfits = PipelineCheck.forRun(
                pipeline, source.spec(), parameters, surface.ports().images());
        if (!misfits.isEmpty()) {
            throw Refusal.invalid("The run cannot be created", misfits);
        }
        RunRecord run = row(body, experimentId, source, pipeline, parameters, root(givenRoot, pipeline));
        surface.store().write(tx -> insert(tx, run, source.spec()));
        return new Created(run, source.spec());
    }

    private static @Nullable Void insert(Tx tx, RunRecord run, SpecRecord spec) {
        ExperimentRecord experiment = ExperimentCalls.find(tx, run.experimentId());
        if (experiment.archived()) {
            throw Refusal.precondition("The experiment " + Refusal.quoted(experiment.displayName())
                    + " is archived and takes no new runs. Unarchive it, or name another.");
        }
        tx.specs().put(spec);
        tx.runs().insert(run);
        return null;
    }

    private String experiment(String inBody, String inQuery, List<Violation> violations) {
        if (!inBody.isEmpty() && !inQuery.isEmpty() && !inBody.equals(inQuery)) {
            violations.add(new Violation(
                    "experiment_id", "Contradiction", "the body and the query name different experiments"));
        }
        return !inBody.isEmpty() ? inBody : !inQuery.isEmpty() ? inQuery : experiments.defaultId();
    }

    private static void checkOneSource(ObjectNode body, List<Violation> violations) {
        List<String> given = Stream.of("pipeline_spec", "pipeline_version_reference", "pipeline_version_id")
                .filter(field -> !body.path(field).isMissingNode()
                        && !(body.get(field).isTextual()
                                && body.get(field).asText().isEmpty()))
                .toList();
        if (given.size() != 1) {
            violations.add(new Violation(
                    "pipeline_spec",
                    "OneSource",
                    "exactly one of pipeline_spec, pipeline_version_reference and pipeline_version_id is wanted, found "
                            + (given.isEmpty() ? "none" : String.join(" and ", given))));
        }
    }

    private Source source(ObjectNode body) {
        if (body.has("pipeline_spec")) {
            return new Source(PipelineDocument.of(body.get("pipeline_spec")), null);
        }
        var reference = body.path("pipeline_version_reference");
        String pipelineId = reference.path("pipeline_id").asText();
        String versionId = reference.path("pipeline_version_id").asText()
                + body.path("pipeline_version_id").asText();
        if (pipelineId.isEmpty() && versionId.isEmpty()) {
            throw Refusal.invalid("pipeline_version_reference names neither a pipeline nor a version.");
        }
        return surface.store().read(tx -> {
            VersionRecord version =
                    versionId.isEmpty() ? latest(tx, pipelineId) : tx.versions().get(versionId);
            if (version == null
                    || !pipelineId.isEmpty() && !version.pipelineId().equals(pipelineId)) {
                throw Refusal.notFound("Pipeline version", versionId);
            }
            SpecRecord spec = tx.specs().get(version.specId());
            if (spec == null) {
                throw Refusal.notFound("The spec of pipeline version", version.id());
            }
            return new Source(spec, version);
        });
    }

    private static VersionRecord latest(Tx tx, String pipelineId) {
        PipelineCalls.find(tx, pipelineId);
        VersionRecord latest = tx.versions().latest(pipelineId);
        if (latest == null) {
            throw Refusal.precondition(
                    "Pipeline " + Refusal.quoted(pipelineId) + " has no version that could run. Upload one.");
        }
        return latest;
    }

    private static void checkRoot(String root, List<Violation> violations) {
        if (!root.isEmpty() && !storable(root)) {
            violations.add(new Violation(
                    "runtime_config.pipeline_root",
                    "UnknownStore",
                    "wanted minio://bucket/path or s3://bucket/path, found " + Refusal.quoted(root)));
        }
    }

    /// What the user asks for, else what the pipeline was compiled with where it can be stored here, else the
    /// namespace's.
    private String root(String given, Pipeline pipeline) {
        String compiled = pipeline.defaultRoot();
        return !given.isEmpty()
                ? given
                : compiled != null && storable(compiled)
                        ? compiled
                        : surface.ports()
                                .launcher()
                                .defaultPipelineRoot(surface.settings().namespace());
    }

    private static boolean storable(String root) {
        try {
            ObjectUri.parse(root);
            return true;
        } catch (IllegalArgumentException notOurs) {
            return false;
        }
    }

    private RunRecord row(
            ObjectNode body,
            String experimentId,
            Source source,
            Pipeline pipeline,
            ObjectNode parameters,
            String root) {
        String id = surface.newId();
        Instant now = surface.now();
        String account = body.path("service_account").asText();
        VersionRecord version = source.version();
        return new RunRecord(
                id,
                surface.settings().namespace(),
                experimentId,
                body.path("display_name").asText(),
                body.path("description").asText(),
                version == null ? null : version.pipelineId(),
                version == null ? null : version.id(),
                source.spec().id(),
                pipeline.name(),
                pipeline.name() + "-" + id.substring(id.length() - 5),
                parameters,
                root,
                account.isEmpty() ? DEFAULT_ACCOUNT : account,
                RunState.PENDING,
                false,
                now,
                now,
                null,
                null,
                null,
                null,
                List.of(new StateChange(now, RunState.PENDING.name())));
    }
}
