package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunRecord;
import io.kumiki.pipelines.expression.Scope;
import io.kumiki.pipelines.ir.ArtifactDefinition;
import io.kumiki.pipelines.ir.Component;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Names and places of one attempt's files, and its ExecutorInput: what every placeholder of the step stands for.
final class StepFiles implements Scope {
    static final String IN_WORKSPACE = "_kfp_workspace";

    final String folder;
    final String taskRoot;
    final ObjectNode executorInput;
    final String executorOutput;
    private final Leaf leaf;
    private final RunWords words;
    private final String workspace;
    private final ObjectNode parameters;
    private final Map<String, String> transfers = new LinkedHashMap<>();

    /// @param configured extra input parameters that only the platform settings can give (dsl.TaskConfig)
    StepFiles(Board board, Leaf leaf, ObjectNode configured) {
        RunRecord run = board.run();
        this.leaf = leaf;
        this.words = new RunWords(run, leaf, board.layout);
        this.folder = folder(board, leaf);
        this.workspace = board.layout.workspace(run.id());
        this.taskRoot = taskRoot(run, leaf);
        this.parameters = Io.parameters(leaf.inputs).deepCopy();
        parameters.setAll(configured);
        this.executorOutput = PathLayout.scheme(taskRoot) == null
                ? folder + "/tmp/kfp_outputs/output_metadata.json"
                : PathLayout.path(folder, taskRoot) + "/output_metadata.json";
        this.executorInput = executorInput(board);
    }

    static String folder(Board board, Leaf leaf) {
        return board.layout.folder(board.run().id(), leaf.id, leaf.attempt);
    }

    /// `<root>/<pipeline>/<run>/<task>/<uuid of the attempt>`
    static String taskRoot(RunRecord run, Leaf leaf) {
        String root = run.pipelineRoot();
        int query = root.indexOf('?');
        String base = query < 0 ? root : root.substring(0, query);
        while (base.endsWith("/") && !base.endsWith("://")) {
            base = base.substring(0, base.length() - 1);
        }
        return base + "/" + run.pipelineName() + "/" + run.id() + "/" + leaf.name + "/"
                + Board.uuid(run.id() + "/" + leaf.path + "#" + leaf.attempt);
    }

    private ObjectNode executorInput(Board board) {
        Component component = leaf.spec().component();
        ObjectNode input = Json.object();
        ObjectNode in = input.putObject("inputs");
        in.set("parameterValues", parameters);
        ObjectNode artifacts = in.putObject("artifacts");
        for (String key : (Iterable<String>) Io.artifacts(leaf.inputs)::fieldNames) {
            ArrayNode list = artifacts.putObject(key).putArray("artifacts");
            List<Long> ids = Io.ids(leaf.inputs, key);
            for (long id : ids == null ? List.<Long>of() : ids) {
                ArtifactRecord record = board.artifact(id);
                if (record != null) {
                    list.add(incoming(board, record));
                }
            }
        }
        ObjectNode out = input.putObject("outputs");
        ObjectNode files = out.putObject("parameters");
        component.outputs().keySet().forEach(key -> files.putObject(key).put("outputFile", parameterFile(key)));
        ObjectNode made = out.putObject("artifacts");
        for (ArtifactDefinition a : component.outputArtifacts().values()) {
            made.putObject(a.name())
                    .putArray("artifacts")
                    .add(artifact(
                            a.name(),
                            board.layout.visible(folder, uri(a.name())),
                            a.type(),
                            a.schemaVersion(),
                            Json.object()));
        }
        out.put("outputFile", executorOutput);
        return input;
    }

    private ObjectNode incoming(Board board, ArtifactRecord record) {
        String uri = record.uri();
        boolean inWorkspace = record.metadata().path(IN_WORKSPACE).asBoolean(false);
        String scheme = PathLayout.scheme(uri);
        if (!inWorkspace && scheme != null && !scheme.equals(PathLayout.OCI)) {
            transfers.put(uri, PathLayout.path(folder, uri));
        }
        String seen = inWorkspace ? uri : board.layout.visible(folder, uri);
        return artifact(Long.toString(record.id()), seen, record.type(), record.schemaVersion(), record.metadata());
    }

    private static ObjectNode artifact(String name, String uri, String type, String version, ObjectNode metadata) {
        ObjectNode a = Json.object();
        a.put("name", name).put("uri", uri);
        a.putObject("type").put("schemaTitle", type).put("schemaVersion", version);
        a.set("metadata", metadata);
        return a;
    }

    String uri(String output) {
        return taskRoot + "/" + output;
    }

    private String parameterFile(String output) {
        return folder + "/tmp/kfp/outputs/" + output;
    }

    Map<String, String> parameterFiles() {
        var all = new LinkedHashMap<String, String>();
        leaf.spec().component().outputs().keySet().forEach(key -> all.put(key, parameterFile(key)));
        return all;
    }

    List<StepRequest.Transfer> transfers() {
        return transfers.entrySet().stream()
                .map(e -> new StepRequest.Transfer(e.getKey(), e.getValue()))
                .toList();
    }

    List<StepRequest.Upload> uploads() {
        return leaf.spec().component().outputArtifacts().keySet().stream()
                .map(key -> new StepRequest.Upload(key, uri(key), PathLayout.path(folder, uri(key))))
                .toList();
    }

    /// The schemes that this attempt reads or writes.
    List<StepRequest.Mount> mounts() {
        var used = new TreeSet<String>();
        add(taskRoot, used);
        transfers.keySet().forEach(uri -> add(uri, used));
        executorInput
                .path("inputs")
                .path("artifacts")
                .forEach(l -> l.path("artifacts").forEach(a -> add(a.path("uri").asText(), used)));
        var mounts = new ArrayList<StepRequest.Mount>();
        used.forEach(s -> mounts.add(new StepRequest.Mount(
                s, s.equals(PathLayout.OCI) ? folder + "/oci/" : folder + PathLayout.SCHEMES.get(s))));
        return mounts;
    }

    private static void add(String uri, TreeSet<String> used) {
        String scheme = PathLayout.scheme(uri);
        if (scheme != null) {
            used.add(scheme);
        }
    }

    /// Whether the step is told of the run's workspace, by whatever way.
    boolean mentionsWorkspace() {
        return executorInput.path("inputs").toString().contains(workspace)
                || executorInput.path("inputs").toString().contains("\"" + IN_WORKSPACE + "\":true");
    }

    @Override
    public @Nullable JsonNode parameter(String name) {
        return parameters.get(name);
    }

    @Override
    public @Nullable String variable(String word) {
        return words.word(word);
    }

    @Override
    public ObjectNode everything() {
        return executorInput;
    }

    @Override
    public @Nullable JsonNode inputArtifacts(String name) {
        return executorInput.path("inputs").path("artifacts").path(name).get("artifacts");
    }

    @Override
    public @Nullable JsonNode outputArtifacts(String name) {
        return executorInput.path("outputs").path("artifacts").path(name).get("artifacts");
    }

    @Override
    public String path(JsonNode artifact) {
        String uri = artifact.path("uri").asText();
        if (artifact.path("metadata").path(IN_WORKSPACE).asBoolean(false)) {
            return workspacePath(uri);
        }
        return PathLayout.path(folder, uri);
    }

    /// Where the SDK looks for an artifact that was downloaded into the workspace.
    String workspacePath(String uri) {
        String scheme = PathLayout.scheme(uri);
        return workspace + "/.artifacts/" + (scheme == null ? uri : uri.substring(scheme.length()));
    }

    @Override
    public @Nullable String outputFile(String name) {
        return leaf.spec().component().outputs().containsKey(name) ? parameterFile(name) : null;
    }

    @Override
    public String executorOutput() {
        return executorOutput;
    }
}
