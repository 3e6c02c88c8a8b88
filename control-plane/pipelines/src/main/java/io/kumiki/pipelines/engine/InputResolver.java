package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.model.Json;
import io.kumiki.pipelines.expression.Scope;
import io.kumiki.pipelines.expression.Template;
import io.kumiki.pipelines.expression.Unresolvable;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.ArtifactDefinition;
import io.kumiki.pipelines.ir.ArtifactSource;
import io.kumiki.pipelines.ir.Dag;
import io.kumiki.pipelines.ir.ParameterDefinition;
import io.kumiki.pipelines.ir.ParameterSource;
import io.kumiki.pipelines.ir.ParameterType;
import io.kumiki.pipelines.ir.Task;
import io.kumiki.pipelines.reading.Types;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a task's inputs come to once its upstreams have ended.
final class InputResolver {
    private final Board board;

    InputResolver(Board board) {
        this.board = board;
    }

    /// @param wired what the DAG gives: part of the cache key
    record Inputs(ObjectNode wired, Map<String, List<Long>> artifacts) {}

    Inputs resolve(Node node) {
        Task task = node.spec();
        Group scope = node.scope();
        var values = new LinkedHashMap<String, @Nullable JsonNode>();
        task.parameters().forEach((name, source) -> {
            if (!(source instanceof ParameterSource.Constant c && c.templated())) {
                values.put(name, value(source, scope));
            }
        });
        Scope words = words(node, values);
        ObjectNode wired = Json.object();
        task.parameters().forEach((name, source) -> {
            JsonNode value = source instanceof ParameterSource.Constant c && c.templated()
                    ? selected(c, Template.fill(c.value(), words))
                    : values.get(name);
            accept(task, name, source, value, scope, wired);
        });
        return new Inputs(wired, artifacts(task, scope));
    }

    private Scope words(Node node, Map<String, @Nullable JsonNode> values) {
        var words = new RunWords(board.run(), node, board.layout);
        return new Scope() {
            @Override
            public @Nullable JsonNode parameter(String name) {
                return values.get(name);
            }

            @Override
            public @Nullable String variable(String word) {
                return words.word(word);
            }
        };
    }

    /// The value before conversion, null for none.
    @Nullable
    JsonNode value(ParameterSource source, Group scope) {
        JsonNode found = switch (source) {
            case ParameterSource.Constant c -> c.value();
            case ParameterSource.Input i -> scope.parameter(i.name());
            case ParameterSource.Output o -> Io.parameter(scope.child(o.task()).outputs, o.key());
            case ParameterSource.FinalStatus s -> FinalStatus.of(scope.child(s.task()), board.run());
        };
        return Values.absent(found) ? null : selected(source, found);
    }

    private static @Nullable JsonNode selected(ParameterSource source, @Nullable JsonNode value) {
        return value == null || source.selector() == null
                ? value
                : source.selector().select(value);
    }

    private void accept(
            Task task, String name, ParameterSource source, @Nullable JsonNode value, Group scope, ObjectNode wired) {
        ParameterDefinition declared = task.component().inputs().get(name);
        if (value == null || value.isNull()) {
            if (declared != null && declared.required()) {
                throw new Unresolvable(
                        "input parameter '" + name + "' is required and has no value: " + origin(source, scope));
            }
            return;
        }
        wired.set(name, declared == null ? value : coerced(declared, value));
    }

    private static String origin(ParameterSource source, Group scope) {
        return switch (source) {
            case ParameterSource.Constant c -> "the pipeline gives null";
            case ParameterSource.Input i -> "the surrounding input '" + i.name() + "' is null";
            case ParameterSource.Output o -> produced(scope.child(o.task()), o.key());
            case ParameterSource.FinalStatus s -> "task '" + scope.child(s.task()).name + "' has no final state";
        };
    }

    private static String produced(Node producer, String key) {
        return "task '" + producer.name + "' ended as " + producer.state + " without the output '" + key + "'";
    }

    static JsonNode coerced(ParameterDefinition declared, JsonNode value) {
        ParameterType type = declared.type();
        JsonNode fit =
                type == ParameterType.STRING && !value.isTextual() ? TextNode.valueOf(Values.text(value)) : value;
        boolean fits = type == ParameterType.NUMBER_INTEGER ? fit.isNumber() : Types.fits(type, fit);
        if (!fits) {
            throw new Unresolvable("input parameter '" + declared.name() + "' takes " + Types.wanted(type) + " (" + type
                    + "), found " + Types.found(value));
        }
        if (!declared.literals().isEmpty() && !declared.literals().contains(fit)) {
            throw new Unresolvable("input parameter '" + declared.name() + "' takes one of " + declared.literals()
                    + ", found " + Types.found(value));
        }
        return fit;
    }

    private Map<String, List<Long>> artifacts(Task task, Group scope) {
        var all = new LinkedHashMap<String, List<Long>>();
        task.artifacts().forEach((name, source) -> {
            List<Long> ids = switch (source) {
                case ArtifactSource.Input i -> scope.artifacts(i.name());
                case ArtifactSource.Output o -> Io.ids(scope.child(o.task()).outputs, o.key());
            };
            ArtifactDefinition declared = task.component().inputArtifacts().get(name);
            boolean nothing = ids == null || ids.isEmpty() && declared != null && !declared.list();
            if (ids != null && !nothing) {
                all.put(name, ids);
            } else if (declared != null && !declared.optional()) {
                throw new Unresolvable("input artifact '" + name + "' is required and does not exist"
                        + (source instanceof ArtifactSource.Output o
                                ? ": " + produced(scope.child(o.task()), o.key())
                                : ""));
            }
        });
        return all;
    }

    /// The record of a task's inputs: what is wired, then the component's defaults. A DAG passes null on, an
    /// executor is told nothing.
    ObjectNode record(Node node, Inputs resolved) {
        Task task = node.spec();
        ObjectNode io = Io.empty();
        ObjectNode parameters = Io.parameters(io);
        boolean dag = task.component().body() instanceof Dag;
        task.component().inputs().forEach((name, declared) -> {
            JsonNode value = resolved.wired.get(name);
            if (value == null) {
                value = declared.defaultValue();
                value = value == null ? null : coerced(declared, value);
            }
            if (value != null) {
                parameters.set(name, value);
            } else if (dag && !(task.loop() != null && task.loop().item().equals(name))) {
                parameters.putNull(name);
            }
        });
        resolved.wired.properties().forEach(e -> {
            if (!parameters.has(e.getKey())) {
                parameters.set(e.getKey(), e.getValue());
            }
        });
        resolved.artifacts.forEach((name, ids) -> Io.put(io, name, ids));
        return io;
    }
}
