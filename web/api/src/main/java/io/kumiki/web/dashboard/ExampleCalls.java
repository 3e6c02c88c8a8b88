package io.kumiki.web.dashboard;

import static io.kumiki.runtime.http.Permission.may;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Body;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.PipelineRecord;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Tx;
import io.kumiki.store.VersionRecord;
import io.kumiki.store.list.ListQuery;
import io.kumiki.web.dashboard.list.Query;
import io.kumiki.web.dashboard.view.PipelineView;
import io.kumiki.web.dashboard.view.RunRows;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/// The pipelines that ship with the product, for a first visitor.
final class ExampleCalls {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneOffset.UTC);

    private final Surface surface;
    private final RunStart start;

    ExampleCalls(Surface surface) {
        this.surface = surface;
        this.start = new RunStart(surface);
    }

    void addTo(Routes routes) {
        routes.get("/examples", may("list", "examples"), request -> list())
                .get("/examples/{exampleId}/source", may("get", "examples"), this::source)
                .post(
                        "/examples/{exampleId}/run",
                        may("create", "runs"),
                        Body.upTo(4096),
                        Surface.translated(this::run));
    }

    private Example example(Request request) {
        String id = request.param("exampleId");
        return Surface.found(
                surface.ports().examples().stream()
                        .filter(e -> e.id().equals(id))
                        .findFirst()
                        .orElse(null),
                "example",
                id);
    }

    private Answer list() {
        ObjectNode out = Json.object();
        ArrayNode items = out.putArray("items");
        surface.store().<ObjectNode>read(tx -> {
            surface.ports().examples().forEach(example -> items.add(row(tx, example)));
            return out;
        });
        return Answer.json(out);
    }

    private ObjectNode row(Tx tx, Example example) {
        PipelineView view = new PipelineView(SpecRecord.of(example.spec(), null));
        ObjectNode out = Json.object().put("id", example.id());
        out.set("title", words(example.title()));
        out.set("description", words(example.description()));
        out.put("steps", view.steps());
        out.set("inputs", view.inputs());
        PipelineRecord pipeline = tx.pipelines().byName(surface.settings().namespace(), view.name());
        out.put("pipelineId", pipeline == null ? null : pipeline.id());
        var runs = pipeline == null
                ? null
                : tx.runs()
                        .list(ListQuery.newest(Map.of("pipeline_id", pipeline.id()), 1))
                        .rows();
        out.set("lastRun", runs == null || runs.isEmpty() ? NullNode.instance : RunRows.recent(runs.getFirst()));
        return out;
    }

    private static ObjectNode words(Example.Words words) {
        return Json.object().put("en", words.en()).put("ja", words.ja());
    }

    private Answer source(Request request) {
        return Answer.bytes(
                200, "text/x-python; charset=utf-8", example(request).source().getBytes(StandardCharsets.UTF_8));
    }

    private Answer run(Request request) {
        Query query = Query.of(request);
        String namespace = query.text("namespace", 63);
        query.check();
        if (namespace != null && !namespace.equals(surface.settings().namespace())) {
            throw HttpFault.badRequest(
                    "runs live in \"" + surface.settings().namespace() + "\" here; leave the namespace away");
        }
        Example example = example(request);
        SpecRecord spec = SpecRecord.of(example.spec(), null);
        VersionRecord version = surface.store().write(tx -> uploaded(tx, example, spec));
        return Answer.json(201, start.start(version, spec, example.title().en() + " " + MINUTE.format(surface.now())));
    }

    /// Its pipeline with a version of exactly this spec, made when missing.
    private VersionRecord uploaded(Tx tx, Example example, SpecRecord spec) {
        String name = new PipelineView(spec).name();
        PipelineRecord pipeline = tx.pipelines().byName(surface.settings().namespace(), name);
        if (pipeline == null) {
            pipeline = new PipelineRecord(
                    surface.ids().get().toString(),
                    surface.settings().namespace(),
                    name,
                    example.title().en(),
                    example.description().en(),
                    surface.now(),
                    Map.of());
            tx.pipelines().insert(pipeline);
        }
        var known = tx.versions().list(ListQuery.newest(Map.of("pipeline_id", pipeline.id()), 100)).rows().stream()
                .filter(v -> v.specId().equals(spec.id()))
                .findFirst();
        if (known.isPresent()) {
            return known.get();
        }
        tx.specs().put(spec);
        String title = tx.versions().count(pipeline.id()) == 0
                ? name
                : name + "-" + spec.id().substring(0, 8);
        VersionRecord version = new VersionRecord(
                surface.ids().get().toString(),
                pipeline.id(),
                title,
                title,
                "",
                surface.now(),
                spec.id(),
                "",
                "",
                Map.of());
        tx.versions().insert(version);
        return version;
    }
}
