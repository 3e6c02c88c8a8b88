package io.kumiki.pipelines.reading;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.pipelines.expression.Malformed;
import io.kumiki.pipelines.expression.Selector;
import io.kumiki.pipelines.expression.Template;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.ArtifactDefinition;
import io.kumiki.pipelines.ir.ArtifactSource;
import io.kumiki.pipelines.ir.Component;
import io.kumiki.pipelines.ir.ParameterDefinition;
import io.kumiki.pipelines.ir.ParameterSource;
import io.kumiki.pipelines.ir.ParameterType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Where the inputs of one DAG's tasks come from, checked against the DAG's own inputs and its tasks' outputs.
final class SourceReader {
    /// One sibling as a producer.
    record Producer(int index, Component component) {}

    private final Map<String, ParameterDefinition> inputs;
    private final Map<String, ArtifactDefinition> inputArtifacts;
    private final Map<String, Producer> producers;

    SourceReader(
            Map<String, ParameterDefinition> inputs,
            Map<String, ArtifactDefinition> inputArtifacts,
            Map<String, Producer> producers) {
        this.inputs = inputs;
        this.inputArtifacts = inputArtifacts;
        this.producers = producers;
    }

    /// @param needed the type the value must come to, null when nothing is declared
    @Nullable
    ParameterSource parameter(Fields f, @Nullable ParameterType needed, Set<Integer> upstreams) {
        Selector selector = selector(f);
        ParameterSource source = null;
        ParameterType given = null;
        if (f.has("taskOutputParameter")) {
            Fields o = f.object("taskOutputParameter");
            String key = o.text("outputParameterKey");
            Producer producer = producer(o, "producerTask", upstreams);
            o.done();
            if (producer != null) {
                given = output(o, producer, key);
                source = new ParameterSource.Output(producer.index, key, selector);
            }
        } else if (f.has("componentInputParameter")) {
            String name = f.text("componentInputParameter");
            given = input(f, name);
            source = new ParameterSource.Input(name, selector);
        } else if (f.has("taskFinalStatus")) {
            Fields s = f.object("taskFinalStatus");
            Producer producer = producer(s, "producerTask", upstreams);
            s.done();
            given = ParameterType.TASK_FINAL_STATUS;
            source = producer == null ? null : new ParameterSource.FinalStatus(producer.index, selector);
        } else if (f.has("runtimeValue")) {
            source = constant(f.object("runtimeValue"), needed, selector);
        } else {
            f.fault(
                    "",
                    SpecFault.Missing,
                    "runtimeValue, componentInputParameter, taskOutputParameter or taskFinalStatus was expected");
        }
        f.done();
        if (given != null && needed != null && selector == null && !Types.flows(given, needed)) {
            f.fault("", SpecFault.TypeMismatch, "the input takes " + needed + ", its source gives " + given);
        }
        return source;
    }

    private @Nullable ParameterSource constant(Fields f, @Nullable ParameterType needed, @Nullable Selector selector) {
        String old = f.optionalText("runtimeParameter");
        JsonNode value = f.value("constant");
        if (value == null && f.has("constantValue")) {
            value = primitive(f.object("constantValue"));
        }
        f.done();
        if (old != null) {
            return new ParameterSource.Input(old, selector);
        }
        if (value == null) {
            f.fault("constant", SpecFault.Missing, "a constant was expected, found nothing");
            return null;
        }
        value = Values.canonical(value);
        boolean templated = Template.occursIn(value);
        boolean unknown = templated && value.isTextual();
        if (needed != null
                && needed != ParameterType.STRING
                && !unknown
                && selector == null
                && !value.isNull()
                && !Types.fits(needed, value)) {
            f.fault(
                    "constant",
                    SpecFault.TypeMismatch,
                    Types.wanted(needed) + " was expected because the input takes " + needed + ", found "
                            + Fields.kind(value));
        }
        return new ParameterSource.Constant(value, templated, selector);
    }

    private static @Nullable JsonNode primitive(Fields f) {
        for (String kind : new String[] {"stringValue", "intValue", "doubleValue"}) {
            if (f.has(kind)) {
                return f.any(kind);
            }
        }
        return null;
    }

    private @Nullable Selector selector(Fields f) {
        String text = f.text("parameterExpressionSelector");
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Selector.compile(text);
        } catch (Malformed e) {
            f.fault("parameterExpressionSelector", SpecFault.BadExpression, e.getMessage());
            return null;
        }
    }

    private @Nullable ParameterType input(Fields f, String name) {
        ParameterDefinition d = inputs.get(name);
        if (d == null) {
            f.fault(
                    "componentInputParameter",
                    SpecFault.UnknownInput,
                    "the surrounding component has no input parameter " + Fields.quoted(name) + among(inputs));
            return null;
        }
        return d.type();
    }

    private static @Nullable ParameterType output(Fields f, Producer producer, String key) {
        ParameterDefinition d = producer.component.outputs().get(key);
        if (d == null) {
            f.fault(
                    "outputParameterKey",
                    SpecFault.UnknownOutput,
                    "component " + producer.component.name() + " has no output parameter " + Fields.quoted(key)
                            + among(producer.component.outputs()));
            return null;
        }
        return d.type();
    }

    @Nullable
    ArtifactSource artifact(Fields f, Set<Integer> upstreams) {
        ArtifactSource source = null;
        if (f.has("taskOutputArtifact")) {
            Fields o = f.object("taskOutputArtifact");
            String key = o.text("outputArtifactKey");
            Producer producer = producer(o, "producerTask", upstreams);
            o.done();
            if (producer != null) {
                if (!producer.component.outputArtifacts().containsKey(key)) {
                    o.fault(
                            "outputArtifactKey",
                            SpecFault.UnknownOutput,
                            "component " + producer.component.name() + " has no output artifact " + Fields.quoted(key)
                                    + among(producer.component.outputArtifacts()));
                }
                source = new ArtifactSource.Output(producer.index, key);
            }
        } else if (f.has("componentInputArtifact")) {
            String name = f.text("componentInputArtifact");
            if (!inputArtifacts.containsKey(name)) {
                f.fault(
                        "componentInputArtifact",
                        SpecFault.UnknownInput,
                        "the surrounding component has no input artifact " + Fields.quoted(name)
                                + among(inputArtifacts));
            }
            source = new ArtifactSource.Input(name);
        } else {
            f.fault("", SpecFault.Missing, "taskOutputArtifact or componentInputArtifact was expected");
        }
        f.done();
        return source;
    }

    @Nullable
    Producer producer(Fields f, String field, @Nullable Set<Integer> upstreams) {
        String name = f.text(field);
        Producer producer = producers.get(name);
        if (producer == null) {
            f.fault(
                    field,
                    SpecFault.UnknownTask,
                    "there is no task " + Fields.quoted(name) + " in this DAG" + among(producers));
        } else if (upstreams != null) {
            upstreams.add(producer.index);
        }
        return producer;
    }

    @Nullable
    Integer index(String task) {
        Producer producer = producers.get(task);
        return producer == null ? null : producer.index;
    }

    static String among(Map<String, ?> known) {
        if (known.isEmpty()) {
            return "; it has none";
        }
        var some = new LinkedHashMap<String, Object>();
        new TreeSet<>(known.keySet()).stream().limit(8).forEach(k -> some.put(k, k));
        return "; known: " + String.join(", ", some.keySet()) + (known.size() > 8 ? ", …" : "");
    }
}
