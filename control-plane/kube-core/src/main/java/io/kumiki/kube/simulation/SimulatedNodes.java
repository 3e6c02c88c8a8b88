package io.kumiki.kube.simulation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One `--nodes` specification: groups joined by `,` or `;`, each `COUNT x key=value …`.
///
/// Machines: `gpu`, `cpu`, `memory`, `pods` (per node), `type` (GPU product), `name` (prefix), `open=true` (without the
/// taint that keeps real pods away). Places, innermost first: `rack=4` (nodes), `block=2` (racks), any further level as
/// `topology.NAME=N`; `zone=TEXT`. Behaviour: `start`, `run`, `fail`, `seed` of pods; `lost`, `back`, `losing`
/// (how many nodes), `vanish=true`; `fault`, `healed`, `faults` (how many nodes), `gpus` (how many of each).
public record SimulatedNodes(List<Group> groups) {
    /// Taint and label of every simulated node.
    public static final String MARK = "kumiki.io/simulated";

    private static final String LEVEL = "topology.";
    private static final Pattern GROUP = Pattern.compile("([0-9]{1,6})\\s*[xX×]\\s*(.*)", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Set<String> KEYS = Set.of(
            "gpu", "cpu", "memory", "pods", "type", "rack", "block", "zone", "name", "open", "start", "run", "fail",
            "seed", "lost", "back", "losing", "vanish", "fault", "healed", "faults", "gpus");
    /// Option → annotation, of every node of the group.
    private static final Map<String, String> OF_PODS = Map.of(
            "start", SimulatedPod.START_DELAY,
            "run", SimulatedPod.DURATION,
            "fail", SimulatedPod.FAILURE_RATE,
            "seed", SimulatedPod.SEED);
    private static final Map<String, String> OF_LOSS =
            Map.of("lost", NodeBehaviour.LOST_AFTER, "back", NodeBehaviour.LOST_FOR, "vanish", NodeBehaviour.VANISHES);
    private static final Map<String, String> OF_FAULT = Map.of(
            "fault", NodeBehaviour.FAULT_AFTER,
            "healed", NodeBehaviour.FAULT_FOR,
            "gpus", NodeBehaviour.FAULT_GPUS);
    private static final int MOST = 100_000;

    /// Nodes alike.
    ///
    /// @param name prefix of the nodes' names
    public record Group(int count, String name, boolean open, Machine machine, Place place, Behaviour behaviour) {}

    public record Machine(int gpu, String cpu, String memory, int pods, String type) {}

    /// @param levels innermost first
    public record Place(String zone, List<Level> levels) {}

    /// @param size how many of the level below, or nodes
    public record Level(String name, int size) {}

    /// Annotations of all nodes, of the first that are lost, and of the last that get a fault.
    public record Behaviour(
            Map<String, String> all, Map<String, String> loss, int losing, Map<String, String> fault, int faults) {}

    public SimulatedNodes {
        groups = List.copyOf(groups);
    }

    /// What a specification means, or everything that is wrong with it.
    public sealed interface Read {
        record Valid(SimulatedNodes nodes) implements Read {}

        record Invalid(List<Violation> violations) implements Read {}
    }

    public static Read read(String text) {
        List<Group> groups = new ArrayList<>();
        List<Violation> violations = new ArrayList<>();
        int index = 0;
        for (String part : text.split("[,;]")) {
            if (!part.isBlank()) {
                Group group = group(part.strip(), "--nodes[" + index + "]", index, violations);
                groups.add(group);
                index++;
            }
        }
        long total = groups.stream().mapToLong(Group::count).sum();
        if (total > MOST) {
            violations.add(
                    violation("--nodes", "describes " + total + " nodes; at most " + MOST + " can be simulated"));
        }
        if (groups.stream().map(Group::name).distinct().count() < groups.size()) {
            violations.add(violation("--nodes", "two groups have the same name; give each its own with name="));
        }
        return violations.isEmpty() ? new Read.Valid(new SimulatedNodes(groups)) : new Read.Invalid(violations);
    }

    private static Group group(String text, String path, int index, List<Violation> violations) {
        Matcher shape = GROUP.matcher(text);
        if (!shape.matches()) {
            violations.add(violation(
                    path,
                    "\"" + text
                            + "\" is not of the form COUNT x key=value …, for example 16 x gpu=8 type=H100 rack=4"));
            return new Group(
                    0,
                    "invalid" + index,
                    false,
                    new Machine(0, "0", "0", 0, ""),
                    new Place("", List.of()),
                    new Behaviour(Map.of(), Map.of(), 0, Map.of(), 0));
        }
        Map<String, String> given = new LinkedHashMap<>();
        for (String word : shape.group(2).strip().split("\\s+")) {
            if (word.isEmpty()) {
                continue;
            }
            String[] pair = word.split("=", 2);
            if (pair.length != 2 || !(KEYS.contains(pair[0]) || pair[0].startsWith(LEVEL))) {
                violations.add(violation(
                        path,
                        "\"" + word + "\" is not known; known are "
                                + String.join("=, ", KEYS.stream().sorted().toList()) + "="));
            } else {
                given.put(pair[0], pair[1]);
            }
        }
        String type = given.getOrDefault("type", "");
        String name = given.getOrDefault(
                "name", type.isEmpty() ? "sim" + (index == 0 ? "" : index) : "sim-" + type.toLowerCase(Locale.ROOT));
        text(path, "name", name, NAME, violations);
        for (String label : List.of("type", "zone")) {
            if (given.containsKey(label)) {
                text(path, label, given.get(label), LABEL, violations);
            }
        }
        for (String amount : List.of("cpu", "memory")) {
            quantity(path, amount, given.getOrDefault(amount, "1"), violations);
        }
        int count = Integer.parseInt(shape.group(1));
        return new Group(
                count,
                name,
                given.getOrDefault("open", "false").equals("true"),
                new Machine(
                        number(path, "gpu", given, 0, violations),
                        given.getOrDefault("cpu", "64"),
                        given.getOrDefault("memory", "512Gi"),
                        number(path, "pods", given, 110, violations),
                        type),
                new Place(given.getOrDefault("zone", ""), levels(path, given, violations)),
                behaviour(path, given, violations));
    }

    /// In the order in which they are written.
    private static List<Level> levels(String path, Map<String, String> given, List<Violation> violations) {
        List<Level> levels = new ArrayList<>();
        for (String key : given.keySet()) {
            boolean named = key.startsWith(LEVEL);
            if (named || key.equals("rack") || key.equals("block")) {
                String level = named ? key.substring(LEVEL.length()) : key;
                text(path, key, level, NAME, violations);
                int size = number(path, key, given, 1, violations);
                if (size == 0) {
                    violations.add(violation(path + "." + key, "must be at least 1"));
                }
                levels.add(new Level(level, Math.max(1, size)));
            }
        }
        return levels;
    }

    private static Behaviour behaviour(String path, Map<String, String> given, List<Violation> violations) {
        Map<String, String> all = annotations(given, OF_PODS);
        Map<String, String> loss = annotations(given, OF_LOSS);
        Map<String, String> fault = annotations(given, OF_FAULT);
        for (Map<String, String> each : List.of(all, loss, fault)) {
            ObjectNode annotations = Json.object();
            each.forEach(annotations::put);
            if (NodeBehaviour.read(annotations) instanceof NodeBehaviour.Read.Invalid invalid) {
                invalid.violations().forEach(wrong -> violations.add(violation(path, wrong.toString())));
            }
        }
        for (String needed : List.of("lost", "fault")) {
            Map<String, String> some = needed.equals("lost") ? loss : fault;
            if (!some.isEmpty() && !given.containsKey(needed)) {
                violations.add(violation(path + "." + needed, "must say when, for example " + needed + "=5m"));
            }
        }
        return new Behaviour(
                all,
                loss,
                number(path, "losing", given, 1, violations),
                fault,
                number(path, "faults", given, 1, violations));
    }

    private static Map<String, String> annotations(Map<String, String> given, Map<String, String> names) {
        Map<String, String> found = new java.util.TreeMap<>();
        names.forEach((option, annotation) -> {
            if (given.containsKey(option)) {
                found.put(annotation, given.get(option));
            }
        });
        return found;
    }

    private static void text(String path, String key, String value, Pattern form, List<Violation> violations) {
        if (!form.matcher(value).matches()) {
            violations.add(violation(path + "." + key, "\"" + value + "\" cannot be part of a node's name or labels"));
        }
    }

    private static void quantity(String path, String key, String value, List<Violation> violations) {
        try {
            if (Quantity.parse(value).signum() <= 0) {
                violations.add(violation(path + "." + key, "\"" + value + "\" must be more than nothing"));
            }
        } catch (NumberFormatException e) {
            violations.add(violation(path + "." + key, String.valueOf(e.getMessage())));
        }
    }

    private static int number(
            String path, String key, Map<String, String> given, int otherwise, List<Violation> violations) {
        String text = given.get(key);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,6}")) {
            violations.add(violation(path + "." + key, "\"" + text + "\" is not a whole number below a million"));
            return otherwise;
        }
        return Integer.parseInt(text);
    }

    private static Violation violation(String path, String message) {
        return new Violation(path, "Invalid", message);
    }

    /// True when pods land there without tolerating anything: whoever starts the cluster must be warned.
    public boolean anyOpen() {
        return groups.stream().anyMatch(Group::open);
    }

    /// The Node objects.
    public List<ObjectNode> objects(Instant now) {
        List<ObjectNode> nodes = new ArrayList<>();
        for (Group group : groups) {
            for (int i = 0; i < group.count(); i++) {
                nodes.add(node(group, i, now));
            }
        }
        return nodes;
    }

    private static ObjectNode node(Group group, int index, Instant now) {
        ObjectNode node = Json.object().put("apiVersion", "v1").put("kind", "Node");
        String name = group.name() + "-" + index;
        Machine machine = group.machine();
        ObjectNode metadata = node.putObject("metadata").put("name", name);
        ObjectNode labels = metadata.putObject("labels");
        labels.put("kubernetes.io/hostname", name)
                .put("kubernetes.io/os", "linux")
                .put("kubernetes.io/arch", "amd64")
                .put(MARK, "true");
        if (!machine.type().isEmpty()) {
            labels.put("nvidia.com/gpu.product", machine.type());
        }
        if (machine.gpu() > 0) {
            labels.put("nvidia.com/gpu.count", Integer.toString(machine.gpu()));
        }
        int within = index;
        for (Level level : group.place().levels()) {
            within /= level.size();
            labels.put("topology.kubernetes.io/" + level.name(), group.name() + "-" + level.name() + "-" + within);
        }
        if (!group.place().zone().isEmpty()) {
            labels.put("topology.kubernetes.io/zone", group.place().zone());
        }
        ObjectNode annotations = metadata.putObject("annotations");
        Behaviour behaviour = group.behaviour();
        behaviour.all().forEach(annotations::put);
        if (index < behaviour.losing()) {
            behaviour.loss().forEach(annotations::put);
        }
        if (index >= group.count() - behaviour.faults()) {
            behaviour.fault().forEach(annotations::put);
        }
        ArrayNode taints = node.putObject("spec").putArray("taints");
        if (!group.open()) {
            taints.addObject().put("key", MARK).put("value", "true").put("effect", "NoSchedule");
        }
        ObjectNode status = node.putObject("status");
        for (String list : List.of("capacity", "allocatable")) {
            ObjectNode amounts = status.putObject(list);
            amounts.put("cpu", machine.cpu())
                    .put("memory", machine.memory())
                    .put("ephemeral-storage", "1Ti")
                    .put("pods", Integer.toString(machine.pods()));
            if (machine.gpu() > 0) {
                amounts.put("nvidia.com/gpu", Integer.toString(machine.gpu()));
            }
        }
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        status.putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", "True")
                .put("reason", "Simulated")
                .put("message", "simulated by Kumiki")
                .put("lastHeartbeatTime", time)
                .put("lastTransitionTime", time);
        ObjectNode about = status.putObject("nodeInfo");
        about.put("kubeletVersion", "v1.34.0-kumiki-simulated")
                .put("containerRuntimeVersion", "simulated://0")
                .put("operatingSystem", "linux")
                .put("architecture", "amd64");
        for (String empty :
                List.of("machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "kubeProxyVersion")) {
            about.put(empty, "");
        }
        return node;
    }
}
