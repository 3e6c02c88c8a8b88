package io.kumiki.web.dashboard.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.web.dashboard.graph.Drawing.Edge;
import io.kumiki.web.dashboard.graph.Drawing.Kind;
import io.kumiki.web.dashboard.graph.Drawing.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Reads nodes and edges out of a pipeline spec. The spec was validated when it was stored; whatever is missing here is drawn as absent.
final class SpecReading {
    /// Beyond this many nodes groups start closed: nobody can read more at once.
    static final int READABLE = 60;

    private static final int DEEPEST = 30;
    private static final int MOST = 5_000;

    private final JsonNode spec;
    private final Set<String> open;
    private final boolean openAll;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();

    private SpecReading(JsonNode spec, Set<String> open, boolean openAll) {
        this.spec = spec;
        this.open = open;
        this.openAll = openAll;
    }

    /// @param open ids of the groups to show from inside; `null` opens all while that is readable
    static Drawing read(JsonNode spec, @Nullable Set<String> open) {
        boolean all = open == null && count(spec, spec.path("root"), 0) <= READABLE;
        SpecReading reading = new SpecReading(spec, open == null ? Set.of() : open, all);
        reading.dag(spec.path("root").path("dag"), "", null, 0);
        return new Drawing(reading.nodes, reading.edges);
    }

    private static int count(JsonNode spec, JsonNode component, int depth) {
        int n = 0;
        if (depth < DEEPEST) {
            for (JsonNode task : component.path("dag").path("tasks")) {
                n += 1 + count(spec, componentOf(spec, task), depth + 1);
                if (n > MOST) {
                    return n;
                }
            }
        }
        return n;
    }

    private static JsonNode componentOf(JsonNode spec, JsonNode task) {
        return spec.path("components").path(task.path("componentRef").path("name").asText());
    }

    private void dag(JsonNode dag, String prefix, @Nullable String group, int depth) {
        if (depth >= DEEPEST) {
            return;
        }
        JsonNode tasks = dag.path("tasks");
        for (Map.Entry<String, JsonNode> entry : tasks.properties()) {
            if (nodes.size() >= MOST) {
                return;
            }
            task(entry.getKey(), entry.getValue(), prefix, group, depth);
        }
        for (Map.Entry<String, JsonNode> entry : tasks.properties()) {
            edgesInto(entry.getKey(), entry.getValue(), tasks, prefix);
        }
    }

    private void task(String name, JsonNode task, String prefix, @Nullable String group, int depth) {
        String id = prefix + name;
        JsonNode component = componentOf(spec, task);
        Kind kind = kind(name, task, component);
        int members = kind.group() ? count(spec, component, depth) : 0;
        boolean shown = kind.group() && members > 0 && (openAll || open.contains(id));
        String label = task.path("taskInfo").path("name").asText(name);
        JsonNode condition = task.path("triggerPolicy").path("condition");
        nodes.add(new Node(id, label, kind, group, shown, members, task.path("componentRef").path("name").asText(),
                condition.isMissingNode() ? null : condition.asText()));
        if (shown) {
            dag(component.path("dag"), kind == Kind.LOOP ? id + "/*/" : id + "/", id, depth + 1);
        }
    }

    private Kind kind(String name, JsonNode task, JsonNode component) {
        if (component.has("dag")) {
            if (task.has("parameterIterator") || task.has("artifactIterator")) {
                return Kind.LOOP;
            }
            if (task.path("triggerPolicy").has("condition") || name.startsWith("condition-branches")) {
                return Kind.CONDITION;
            }
            return name.startsWith("exit-handler") ? Kind.EXIT_HANDLER : Kind.DAG;
        }
        JsonNode executor = spec.path("deploymentSpec").path("executors").path(component.path("executorLabel").asText());
        if (executor.has("importer")) {
            return Kind.IMPORTER;
        }
        return switch (executor.path("container").path("image").asText()) {
            case "argostub/createpvc" -> Kind.CREATE_PVC;
            case "argostub/deletepvc" -> Kind.DELETE_PVC;
            default -> Kind.CONTAINER;
        };
    }

    private void edgesInto(String name, JsonNode task, JsonNode siblings, String prefix) {
        Map<String, Set<String>> carried = new LinkedHashMap<>();
        for (JsonNode before : task.path("dependentTasks")) {
            carried.computeIfAbsent(before.asText(), k -> new TreeSet<>());
        }
        JsonNode inputs = task.path("inputs");
        inputs.path("parameters").forEach(p -> {
            producer(p.path("taskOutputParameter"), "outputParameterKey", carried);
            finalStatus(p, carried);
        });
        inputs.path("artifacts").forEach(a -> producer(a.path("taskOutputArtifact"), "outputArtifactKey", carried));
        carried.forEach((from, what) -> {
            if (siblings.has(from) && !from.equals(name)) {
                edges.add(new Edge(prefix + from, prefix + name, !what.isEmpty(), List.copyOf(what)));
            }
        });
    }

    private static void producer(JsonNode source, String key, Map<String, Set<String>> carried) {
        String task = source.path("producerTask").asText();
        if (!task.isEmpty()) {
            carried.computeIfAbsent(task, k -> new TreeSet<>()).add(source.path(key).asText());
        }
    }

    private static void finalStatus(JsonNode parameter, Map<String, Set<String>> carried) {
        String task = parameter.path("taskFinalStatus").path("producerTask").asText();
        if (!task.isEmpty()) {
            carried.computeIfAbsent(task, k -> new TreeSet<>()).add("status");
        }
    }
}
