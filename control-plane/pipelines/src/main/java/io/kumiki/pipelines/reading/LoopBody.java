package io.kumiki.pipelines.reading;

import io.kumiki.pipelines.ir.ArtifactSource;
import io.kumiki.pipelines.ir.Component;
import io.kumiki.pipelines.ir.Dag;
import io.kumiki.pipelines.ir.Dag.Selected;
import io.kumiki.pipelines.ir.ParameterSource;
import io.kumiki.pipelines.ir.Task;
import java.util.LinkedHashMap;
import java.util.List;

/// A loop straight over an executor becomes a loop over a DAG with that one task, so that there is one kind of
/// loop.
final class LoopBody {
    private LoopBody() {}

    static Task wrapped(Task loop) {
        Component c = loop.component();
        var parameters = new LinkedHashMap<String, ParameterSource>();
        c.inputs().keySet().forEach(n -> parameters.put(n, new ParameterSource.Input(n, null)));
        var artifacts = new LinkedHashMap<String, ArtifactSource>();
        c.inputArtifacts().keySet().forEach(n -> artifacts.put(n, new ArtifactSource.Input(n)));
        var inner = new Task(
                0,
                loop.name(),
                loop.displayName(),
                c,
                parameters,
                artifacts,
                List.of(),
                List.of(),
                loop.cache(),
                loop.cacheKey(),
                null,
                false,
                null,
                loop.retry(),
                loop.platform());
        var outputs = new LinkedHashMap<String, List<Selected>>();
        c.outputs().keySet().forEach(n -> outputs.put(n, List.of(new Selected(0, n))));
        var outputArtifacts = new LinkedHashMap<String, List<Selected>>();
        c.outputArtifacts().keySet().forEach(n -> outputArtifacts.put(n, List.of(new Selected(0, n))));
        var body = new Component(
                c.name(),
                c.inputs(),
                c.inputArtifacts(),
                c.outputs(),
                c.outputArtifacts(),
                new Dag(List.of(inner), outputs, outputArtifacts),
                c.passthroughs());
        return new Task(
                loop.index(),
                loop.name(),
                loop.displayName(),
                body,
                loop.parameters(),
                loop.artifacts(),
                loop.upstreams(),
                loop.consumers(),
                false,
                null,
                loop.condition(),
                loop.onCompletion(),
                loop.loop(),
                null,
                null);
    }
}
