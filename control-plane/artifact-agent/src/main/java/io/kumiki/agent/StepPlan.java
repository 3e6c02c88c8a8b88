package io.kumiki.agent;

import io.kumiki.agent.json.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the agent has to move for one attempt of one step: the text of env `KUMIKI_STEP`, written by the run loop.
///
/// @param outcome where outcome.json goes, written after everything else
/// @param executorOutput the container path of `output_metadata.json`
/// @param inputs what to fetch
/// @param parameters output parameter → container path of its file
/// @param artifacts what to publish
/// @param mounts how object-store URIs and container paths correspond, e.g. `minio://` ↔ `/minio/`
public record StepPlan(
        String run,
        String task,
        int attempt,
        String outcome,
        String executorOutput,
        List<Transfer> inputs,
        Map<String, String> parameters,
        List<Output> artifacts,
        List<Mount> mounts) {

    /// The environment variable that carries the plan.
    public static final String VARIABLE = "KUMIKI_STEP";

    public StepPlan {
        inputs = List.copyOf(inputs);
        parameters = Map.copyOf(parameters);
        artifacts = List.copyOf(artifacts);
        mounts = List.copyOf(mounts);
    }

    /// One input artifact: bytes at `uri` (an object or everything below `uri/`) go to `path`.
    public record Transfer(String uri, String path) {}

    /// One declared output artifact: whatever lies at `path` goes to `uri`.
    public record Output(String name, String uri, String path) {}

    public record Mount(String uriPrefix, String path) {}

    public String toJson() {
        var m = new LinkedHashMap<String, Object>();
        m.put("version", 1);
        m.put("run", run);
        m.put("task", task);
        m.put("attempt", attempt);
        m.put("outcome", outcome);
        m.put("executorOutput", executorOutput);
        m.put(
                "inputs",
                inputs.stream().map(i -> Map.of("uri", i.uri, "path", i.path)).toList());
        m.put("parameters", new java.util.TreeMap<>(parameters));
        m.put("artifacts", artifacts.stream().map(StepPlan::output).toList());
        m.put(
                "mounts",
                mounts.stream()
                        .map(t -> Map.of("uri", t.uriPrefix, "path", t.path))
                        .toList());
        return JsonText.write(m);
    }

    private static Map<String, Object> output(Output o) {
        var m = new LinkedHashMap<String, Object>();
        m.put("name", o.name);
        m.put("uri", o.uri);
        m.put("path", o.path);
        return m;
    }

    public static StepPlan parse(String text) {
        var plan = JsonText.parseObject(text);
        if (JsonText.number(plan, "version") != 1) {
            throw new IllegalArgumentException("the step plan has version " + plan.get("version")
                    + ", this agent understands 1: use the agent image of the same Kumiki version");
        }
        var parameters = new LinkedHashMap<String, String>();
        JsonText.object(plan, "parameters").forEach((k, v) -> parameters.put(k, String.valueOf(v)));
        var inputs = new ArrayList<Transfer>();
        for (var i : JsonText.objects(plan, "inputs")) {
            inputs.add(new Transfer(JsonText.string(i, "uri"), JsonText.string(i, "path")));
        }
        var artifacts = new ArrayList<Output>();
        for (var a : JsonText.objects(plan, "artifacts")) {
            artifacts.add(
                    new Output(JsonText.string(a, "name"), JsonText.string(a, "uri"), JsonText.string(a, "path")));
        }
        var mounts = new ArrayList<Mount>();
        for (var a : JsonText.objects(plan, "mounts")) {
            mounts.add(new Mount(JsonText.string(a, "uri"), JsonText.string(a, "path")));
        }
        return new StepPlan(
                JsonText.string(plan, "run"),
                JsonText.string(plan, "task"),
                (int) JsonText.number(plan, "attempt"),
                JsonText.string(plan, "outcome"),
                JsonText.string(plan, "executorOutput"),
                inputs,
                parameters,
                artifacts,
                mounts);
    }
}
