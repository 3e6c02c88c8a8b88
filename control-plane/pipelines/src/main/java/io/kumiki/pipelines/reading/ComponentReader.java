package io.kumiki.pipelines.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.pipelines.ir.Body;
import io.kumiki.pipelines.ir.Component;
import io.kumiki.pipelines.ir.Component.TaskConfigField;
import io.kumiki.pipelines.ir.Dag;
import io.kumiki.pipelines.ir.Task;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Components, each built once after those that it uses. A component that uses itself, however indirectly, has no
/// end and is refused.
final class ComponentReader {
    private static final int DEEPEST = 100;
    private static final long MOST_EXPANDED = 10_000_000;

    private final Fields document;
    private final Map<String, Body> executors;
    private final PlatformReader platform;
    private final Problems problems;
    private final ObjectNode sources;
    private final Map<String, Component> built = new LinkedHashMap<>();
    private final Map<String, String> executorOf = new HashMap<>();
    private final Map<Component, Long> sizes = new java.util.IdentityHashMap<>();
    private final ArrayDeque<String> stack = new ArrayDeque<>();
    private final Set<String> inProgress = new HashSet<>();
    private final Set<String> broken = new HashSet<>();

    ComponentReader(Fields document, Map<String, Body> executors, PlatformReader platform, Problems problems) {
        this.document = document;
        this.executors = executors;
        this.platform = platform;
        this.problems = problems;
        this.sources = document.tree("components");
    }

    @Nullable
    Component readAll() {
        for (String name : (Iterable<String>) sources::fieldNames) {
            component(name);
        }
        if (!document.has("root")) {
            document.fault("root", SpecFault.Missing, "the root component is missing");
            return null;
        }
        Fields f = document.object("root");
        if (!f.has("dag")) {
            f.fault("dag", SpecFault.Missing, "the root component must be a dag");
        }
        Component root = read(f, "root");
        if (root != null && root.body() instanceof Dag dag && dag.tasks().isEmpty()) {
            f.fault("dag.tasks", SpecFault.Missing, "a pipeline needs at least one task");
        }
        if (root != null && size(root) > MOST_EXPANDED) {
            f.fault(
                    "",
                    SpecFault.TooMany,
                    "written out, the nested components make more than " + MOST_EXPANDED + " tasks");
        }
        return root;
    }

    long size(Component component) {
        Long known = sizes.get(component);
        if (known != null) {
            return known;
        }
        long total = 0;
        if (component.body() instanceof Dag dag) {
            for (Task t : dag.tasks()) {
                total = Math.min(Long.MAX_VALUE / 4, total + 1 + size(t.component()));
            }
        }
        sizes.put(component, total);
        return total;
    }

    /// Null when it does not exist or is broken in a way that has been reported.
    private @Nullable Component component(String name) {
        Component known = built.get(name);
        if (known != null || broken.contains(name)) {
            return known;
        }
        if (inProgress.contains(name)) {
            problems.add(
                    "components[" + name + "]",
                    SpecFault.Cycle,
                    "the component uses itself: " + String.join(" → ", stack) + " → " + name);
            return null;
        }
        JsonNode source = sources.get(name);
        if (stack.size() >= DEEPEST) {
            problems.add(
                    "components[" + name + "]", SpecFault.TooDeep, "components may nest " + DEEPEST + " deep at most");
            return null;
        }
        stack.addLast(name);
        inProgress.add(name);
        Component read = read(Fields.of(source, "components[" + name + "]", problems), name);
        inProgress.remove(name);
        stack.removeLast();
        if (read == null) {
            broken.add(name);
        } else {
            built.put(name, read);
        }
        return read;
    }

    private @Nullable Component read(Fields f, String name) {
        Fields in = f.object("inputDefinitions");
        var inputs = DefinitionReader.parameters(in);
        var inputArtifacts = DefinitionReader.artifacts(in);
        in.done();
        Fields out = f.object("outputDefinitions");
        var outputs = DefinitionReader.parameters(out);
        var outputArtifacts = DefinitionReader.artifacts(out);
        out.done();
        var passthroughs = new LinkedHashMap<TaskConfigField, Boolean>();
        f.list("taskConfigPassthroughs", p -> {
            TaskConfigField field = p.word("field", TaskConfigField.class);
            boolean apply = p.flag("applyToTask");
            p.done();
            if (field != null) {
                passthroughs.put(field, apply);
            }
            return field;
        });
        f.ignore("singlePlatformSpecs");
        Body body = null;
        String label = f.text("executorLabel");
        if (f.has("dag") && !label.isEmpty()) {
            f.fault("", SpecFault.BadValue, "a component has either a dag or an executorLabel, found both");
        }
        if (f.has("dag")) {
            var dag = new DagReader(this::component, this::executorOf, sources::has, platform);
            body = dag.read(f.object("dag"), inputs, inputArtifacts, outputs, outputArtifacts);
        } else if (!label.isEmpty()) {
            body = executor(f, name, label);
        } else {
            f.fault("", SpecFault.Missing, "a dag or an executorLabel was expected, found neither");
        }
        f.done();
        return body == null
                ? null
                : new Component(name, inputs, inputArtifacts, outputs, outputArtifacts, body, passthroughs);
    }

    private @Nullable Body executor(Fields f, String component, String label) {
        executorOf.put(component, label);
        Body body = executors.get(label);
        if (body == null && !document.object("deploymentSpec").tree("executors").has(label)) {
            f.fault(
                    "executorLabel",
                    SpecFault.UnknownExecutor,
                    "there is no executor " + Fields.quoted(label) + SourceReader.among(executors));
        }
        return body;
    }

    private @Nullable String executorOf(String component) {
        return executorOf.get(component);
    }
}
