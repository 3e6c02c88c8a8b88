package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.model.run.RunFault;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.ArtifactDefinition;
import io.kumiki.pipelines.ir.ParameterDefinition;
import io.kumiki.pipelines.ir.ParameterType;
import io.kumiki.pipelines.reading.Types;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an attempt that ended well left behind: the executor's own report wins over parameter files, declared types
/// decide how
/// texts are read, and what a step reports about an artifact is merged into it.
final class OutputReader {
    private final Board board;
    private final Leaf leaf;
    private final JsonNode published;
    private final JsonNode report;
    private final String folder;
    private @Nullable RunFault fault;

    private OutputReader(Board board, Leaf leaf, JsonNode published, JsonNode report) {
        this.board = board;
        this.leaf = leaf;
        this.published = published;
        this.report = report;
        this.folder = StepFiles.folder(board, leaf);
    }

    /// Sets the leaf's outputs; returns why not when that cannot be done.
    static @Nullable RunFault read(Board board, Leaf leaf, @Nullable JsonNode outcome) {
        JsonNode published = outcome == null ? Json.object() : outcome;
        JsonNode report = Json.object();
        String text = published.path("executorOutput").asText("");
        if (!text.isBlank() && !published.path("executorOutput").isNull()) {
            try {
                report = Json.parse(text);
            } catch (Json.Malformed e) {
                return FaultCode.OutputUnreadable.fault("the step's output_metadata.json is " + e.getMessage());
            }
        }
        return new OutputReader(board, leaf, published, report).all();
    }

    private @Nullable RunFault all() {
        ObjectNode outputs = Io.empty();
        for (ParameterDefinition p : leaf.spec().component().outputs().values()) {
            JsonNode value = parameter(p);
            if (fault != null) {
                return fault;
            }
            Io.parameters(outputs).set(p.name(), value);
        }
        for (ArtifactDefinition a : leaf.spec().component().outputArtifacts().values()) {
            String lost = problem("output artifact '" + a.name() + "'");
            if (lost != null) {
                return FaultCode.OutputLost.fault(lost);
            }
        }
        for (ArtifactDefinition a : leaf.spec().component().outputArtifacts().values()) {
            Io.put(outputs, a.name(), artifacts(a));
        }
        leaf.outputs = outputs;
        return null;
    }

    private @Nullable String problem(String about) {
        for (JsonNode p : published.path("problems")) {
            if (p.asText().contains(about)) {
                return p.asText();
            }
        }
        return null;
    }

    private @Nullable JsonNode parameter(ParameterDefinition p) {
        JsonNode reported = report.path("parameterValues").get(p.name());
        if (reported != null) {
            return Values.canonical(reported);
        }
        JsonNode file = published.path("parameters").get(p.name());
        if (file == null || !file.isTextual()) {
            String problem = problem("output parameter '" + p.name() + "'");
            fault = FaultCode.OutputMissing.fault("the step ended without its output parameter '" + p.name() + "'"
                    + (problem == null
                            ? "; write it to the file that the placeholder of this output names"
                            : ": " + problem));
            return null;
        }
        JsonNode value = parsed(p.type(), file.textValue());
        if (value == null) {
            fault = FaultCode.OutputUnreadable.fault("the output parameter '" + p.name() + "' must be "
                    + Types.wanted(p.type()) + " (" + p.type() + "), found " + Types.found(file));
        }
        return value;
    }

    /// Null when the text is none of that type.
    static @Nullable JsonNode parsed(ParameterType type, String text) {
        try {
            return switch (type) {
                case STRING -> TextNode.valueOf(text);
                case NUMBER_INTEGER, NUMBER_DOUBLE -> number(text.strip());
                case BOOLEAN ->
                    switch (text.strip()) {
                        case "true", "True", "TRUE", "1" -> JsonNodeFactory.instance.booleanNode(true);
                        case "false", "False", "FALSE", "0" -> JsonNodeFactory.instance.booleanNode(false);
                        default -> null;
                    };
                case LIST, STRUCT, TASK_FINAL_STATUS, TASK_CONFIG -> {
                    JsonNode value = Values.canonical(Json.parse(text));
                    yield Types.fits(type, value) ? value : null;
                }
            };
        } catch (Json.Malformed | NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable JsonNode number(String text) {
        return text.length() > 400 ? null : Values.canonical(JsonNodeFactory.instance.numberNode(new BigDecimal(text)));
    }

    private List<Long> artifacts(ArtifactDefinition a) {
        JsonNode reported = report.path("artifacts").path(a.name()).path("artifacts");
        JsonNode stored = published.path("artifacts").path(a.name());
        int many = a.list() ? Math.max(reported.size(), 1) : 1;
        if (a.list() && reported.isArray() && reported.isEmpty()) {
            many = 0;
        }
        var ids = new ArrayList<Long>(many);
        for (int i = 0; i < many; i++) {
            int index = i;
            JsonNode own = reported.path(i);
            String uri = uri(a, own, stored.path(i));
            String name = own.path("name").asText("");
            ids.add(board.add(id -> new ArtifactRecord(
                    id,
                    board.run().namespace(),
                    board.run().id(),
                    leaf.id,
                    a.name(),
                    index,
                    name.isEmpty() ? a.name() : name,
                    type(own, a),
                    a.schemaVersion(),
                    uri,
                    own.path("metadata") instanceof ObjectNode m ? m.deepCopy() : Json.object(),
                    board.now())));
        }
        return ids;
    }

    private static String type(JsonNode own, ArtifactDefinition a) {
        String title = own.path("type").path("schemaTitle").asText("");
        return title.isEmpty() || !a.type().equals("system.Artifact") ? a.type() : title;
    }

    private String uri(ArtifactDefinition a, JsonNode own, JsonNode stored) {
        String uploaded = stored.path("uri").asText("");
        if (!uploaded.isEmpty()) {
            return uploaded;
        }
        String reported = own.path("uri").asText("");
        return reported.isEmpty()
                ? StepFiles.taskRoot(board.run(), leaf) + "/" + a.name()
                : PathLayout.stored(folder, reported);
    }
}
