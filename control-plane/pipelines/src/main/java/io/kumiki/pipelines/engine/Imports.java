package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.expression.Template;
import io.kumiki.pipelines.expression.Unresolvable;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.Body;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Importers: a known artifact is used again, a new one gets a row. Only bringing it into the workspace needs a
/// pod.
final class Imports {
    private final Board board;
    private final Consumer<Leaf> launch;

    Imports(Board board, Consumer<Leaf> launch) {
        this.board = board;
        this.launch = launch;
    }

    void start(Leaf leaf, Body.Importer importer) {
        board.move(leaf, TaskState.RUNNING);
        leaf.startedAt = board.now();
        if (importer.reimport()) {
            register(leaf, importer, imported(leaf, importer));
        } else {
            lookUp(leaf, importer);
        }
    }

    void lookUp(Leaf leaf, Body.Importer importer) {
        Imported wanted = imported(leaf, importer);
        board.command(new Command.LookUpArtifact(leaf.id, wanted.uri, importer.type(), wanted.metadata));
    }

    private record Imported(String uri, ObjectNode metadata) {}

    private Imported imported(Leaf leaf, Body.Importer importer) {
        var scope = new ParameterScope(Io.parameters(leaf.inputs), new RunWords(board.run(), leaf, board.layout));
        JsonNode uri = importer.parameter() == null
                ? Template.fill(Objects.requireNonNull(importer.uri()), scope)
                : Io.parameter(leaf.inputs, importer.parameter());
        if (uri == null || Values.text(uri).isBlank()) {
            throw new Unresolvable("the importer '" + leaf.name + "' has no uri");
        }
        ObjectNode metadata = (ObjectNode) Values.canonical(Template.fill(importer.metadata(), scope));
        if (importer.downloadToWorkspace()) {
            metadata.put(StepFiles.IN_WORKSPACE, true);
        }
        return new Imported(Values.text(uri), metadata);
    }

    void answer(Leaf leaf, Body.Importer importer, @Nullable ArtifactRecord found) {
        if (found == null) {
            register(leaf, importer, imported(leaf, importer));
        } else {
            board.know(found);
            use(leaf, importer, found.id());
        }
    }

    private void register(Leaf leaf, Body.Importer importer, Imported wanted) {
        String key = outputKey(leaf);
        use(
                leaf,
                importer,
                board.add(id -> new ArtifactRecord(
                        id,
                        board.run().namespace(),
                        board.run().id(),
                        leaf.id,
                        key,
                        0,
                        key,
                        importer.type(),
                        importer.schemaVersion(),
                        wanted.uri,
                        wanted.metadata,
                        board.now())));
    }

    private void use(Leaf leaf, Body.Importer importer, long id) {
        ObjectNode outputs = Io.empty();
        Io.put(outputs, outputKey(leaf), List.of(id));
        leaf.outputs = outputs;
        if (importer.downloadToWorkspace() && board.pipeline.policy().workspace() != null) {
            launch.accept(leaf);
        } else {
            board.end(leaf, TaskState.SUCCEEDED, null);
        }
    }

    private static String outputKey(Leaf leaf) {
        var names = leaf.spec().component().outputArtifacts().keySet();
        return names.isEmpty() ? "artifact" : names.iterator().next();
    }
}
