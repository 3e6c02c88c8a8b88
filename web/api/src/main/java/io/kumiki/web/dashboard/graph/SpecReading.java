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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads nodes and edges out of a pipeline spec. The spec was validated when it was stored; whatever is missing
/// here is drawn as absent.
final class SpecReading {
    /// Beyond this many nodes groups start closed: nobody can read more at once.
    static final int READABLE = 60;

    private static final int DEEPEST = 30;
    private static final int MOST = 5_000;
    private static final int LONGEST_NOTE = 120;

    private final JsonNode spec;
    private final Predicate<Group> open;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();

    private record Group(String id, Kind kind) {}

    private SpecReading(JsonNode spec, Predicate<Group> open) {
        this.spec = spec;
        this.open = open;
    }

    /// @param expand `auto`, `all`, `none`, or ids of groups joined by commas
    static Drawing read(JsonNode spec, String expand) {
        return switch (expand) {
            case "all" -> read(spec, group -> true);
            case "none" -> read(spec, group -> false);
            case "auto" -> {
                Drawing opened = read(spec, group -> group.kind() != Kind.LOOP);
                yield opened.nodes().size() <= READABLE ? opened : read(spec, group -> false);
            }
            default -> {
                Set<String> named = withAncestors(expand);
                yield read(spec, group -> named.contains(group.id()));
            }
        };
    }

    private static Drawing read(JsonNode spec, Predicate<Group> open) {
        SpecReading reading = new SpecReading(spec, open);
        reading.dag(spec.path("root").path("dag"), "", null, 0);
        return new Drawing(reading.nodes, reading.edges);
    }

    /// `a/*/b` opens a, too.
    private static Set<String> withAncestors(String list) {
        Set<String> all = new TreeSet<>();
        for (String id : list.split(",")) {
            for (int at = id.length(); at > 0; at = id.lastIndexOf('/', at - 1)) {
                all.add(id.substring(0, at));
            }
        }
        return all;
    }

    private static JsonNode componentOf(JsonNode spec, JsonNode task) {
        return spec.path("components")
                .path(task.path("componentRef").path("name").asText());
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
        int members = component.path("dag").path("tasks").size();
        boolean shown = kind.group() && members > 0 && open.test(new Group(id, kind));
        String label = task.path("taskInfo").path("name").asText(name);
        nodes.add(new Node(id, label, kind, group, shown, members, note(task)));
        if (shown) {
            dag(component.path("dag"), kind == Kind.LOOP ? id + "/*/" : id + "/", id, depth + 1);
        }
    }

    /// What is known beforehand: when it runs, or over what it loops.
    private static @Nullable String note(JsonNode task) {
        JsonNode condition = task.path("triggerPolicy").path("condition");
        if (!condition.isMissingNode()) {
            return shortened(condition
                    .asText()
                    .replaceAll("inputs\\.parameter_values\\['(?:pipelinechannel--)?([^']*)'\\]", "$1"));
        }
        JsonNode items = task.path("parameterIterator").path("items");
        if (items.has("raw")) {
            return shortened(items.get("raw").asText());
        }
        String over = items.has("inputParameter")
                ? items.get("inputParameter").asText()
                : task.path("artifactIterator")
                        .path("items")
                        .path("inputArtifact")
                        .asText();
        return over.isEmpty()
                ? null
                : shortened(over.replaceFirst("^pipelinechannel--", "").replaceFirst("-loop-item$", ""));
    }

    private static String shortened(String text) {
        return text.length() > LONGEST_NOTE ? text.substring(0, LONGEST_NOTE) + "…" : text;
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
        JsonNode executor = spec.path("deploymentSpec")
                .path("executors")
                .path(component.path("executorLabel").asText());
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
        Map<String, Boolean> carried = new LinkedHashMap<>();
        for (JsonNode before : task.path("dependentTasks")) {
            carried.putIfAbsent(before.asText(), false);
        }
        JsonNode inputs = task.path("inputs");
        inputs.path("parameters").forEach(p -> {
            producer(p.path("taskOutputParameter"), carried);
            order(p.path("taskFinalStatus"), carried);
        });
        inputs.path("artifacts").forEach(a -> producer(a.path("taskOutputArtifact"), carried));
        carried.forEach((from, data) -> {
            if (siblings.has(from) && !from.equals(name)) {
                edges.add(new Edge(prefix + from, prefix + name, data));
            }
        });
    }

    private static void producer(JsonNode source, Map<String, Boolean> carried) {
        String task = source.path("producerTask").asText();
        if (!task.isEmpty()) {
            carried.put(task, true);
        }
    }

    private static void order(JsonNode source, Map<String, Boolean> carried) {
        String task = source.path("producerTask").asText();
        if (!task.isEmpty()) {
            carried.putIfAbsent(task, false);
        }
    }
}
