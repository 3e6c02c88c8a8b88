package io.kumiki.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.ArtifactDefinition;
import io.kumiki.pipelines.ir.ParameterDefinition;
import io.kumiki.pipelines.reading.SpecFault;
import io.kumiki.pipelines.reading.Types;
import java.util.ArrayList;
import java.util.List;

/// The values a user gives to a pipeline.
public final class Parameters {
    private Parameters() {}

    /// Unknown names, wrong types, values outside the literals, required ones that are missing.
    public static List<Violation> check(Pipeline pipeline, ObjectNode given) {
        var found = new ArrayList<Violation>();
        var known = pipeline.root().inputs();
        for (String name : (Iterable<String>) given::fieldNames) {
            if (!known.containsKey(name)) {
                found.add(new Violation(
                        path(name),
                        SpecFault.UnknownInput,
                        "the pipeline has no parameter \"" + name + "\""
                                + (known.isEmpty()
                                        ? "; it takes none"
                                        : "; it takes " + String.join(", ", known.keySet()))));
            }
        }
        for (ParameterDefinition d : known.values()) {
            JsonNode value = given.get(d.name());
            if (Values.absent(value)) {
                if (d.required()) {
                    found.add(new Violation(
                            path(d.name()),
                            SpecFault.Missing,
                            "the parameter is required: give " + Types.wanted(d.type())));
                }
            } else {
                check(d, value, found);
            }
        }
        for (ArtifactDefinition a : pipeline.root().inputArtifacts().values()) {
            if (!a.optional()) {
                found.add(new Violation(
                        "runtime_config.artifacts[" + a.name() + "]",
                        SpecFault.Missing,
                        "the pipeline requires the input artifact \"" + a.name()
                                + "\", and a run cannot be given artifacts;"
                                + " use it inside another pipeline, or import the artifact with dsl.importer"));
            }
        }
        return found;
    }

    private static void check(ParameterDefinition d, JsonNode value, List<Violation> found) {
        if (!Types.fits(d.type(), value)) {
            found.add(new Violation(
                    path(d.name()),
                    SpecFault.TypeMismatch,
                    Types.wanted(d.type()) + " was expected (" + d.type() + "), found " + Types.found(value)));
        } else if (!d.literals().isEmpty() && !d.literals().contains(Values.canonical(value))) {
            found.add(new Violation(
                    path(d.name()),
                    SpecFault.BadValue,
                    "one of " + d.literals() + " was expected, found " + Types.found(value)));
        }
    }

    private static String path(String name) {
        return "runtime_config.parameters[" + name + "]";
    }

    /// What the run really starts with: defaults filled in, an optional one without default as null.
    public static ObjectNode complete(Pipeline pipeline, ObjectNode given) {
        ObjectNode all = Json.object();
        for (ParameterDefinition d : pipeline.root().inputs().values()) {
            JsonNode value = given.get(d.name());
            if (Values.absent(value)) {
                value = d.defaultValue();
            }
            if (value == null) {
                all.putNull(d.name());
            } else {
                all.set(d.name(), Values.canonical(value));
            }
        }
        return all;
    }
}
