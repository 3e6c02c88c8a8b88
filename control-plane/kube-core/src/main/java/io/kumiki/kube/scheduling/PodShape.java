package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Everything of a pod's spec that decides where it may go and how well it does there, read once for all pods alike:
/// replicas share one shape, and what was found out about a node holds for all of them.
final class PodShape {
    private static final long CPU_WHEN_UNSAID = 100;
    private static final long MEMORY_WHEN_UNSAID = 200L << 20;
    private static final List<String> FIRST = List.of("pods", "cpu", "memory", "ephemeral-storage");

    final int priority;
    final boolean neverPreempts;
    final Amounts request;
    /// What must be free, in the order in which kube-scheduler names what is missing; without what extenders count.
    final List<Want> wants;
    /// CPU and memory as the scores count them: a container that asks for nothing still weighs something.
    final long weighedCpu;
    final long weighedMemory;
    final NodeRule nodes;
    final List<Toleration> tolerations;
    final List<HostPort> ports;
    final PodTerm.All terms;
    final List<SpreadConstraint> spread;

    /// @param extended whether it is counted by name only (`nvidia.com/gpu`)
    record Want(String resource, long amount) {}

    private PodShape(JsonNode spec, String namespace, Map<String, String> labels, Set<String> ignored) {
        priority = spec.path("priority").asInt(0);
        neverPreempts = spec.path("preemptionPolicy").asText("").equals("Never");
        request = Amounts.requestOf(spec);
        wants = wants(request, ignored);
        weighedCpu = weighed(spec, "cpu", CPU_WHEN_UNSAID);
        weighedMemory = weighed(spec, "memory", MEMORY_WHEN_UNSAID);
        nodes = NodeRule.read(spec);
        tolerations = Toleration.read(spec.path("tolerations"));
        ports = HostPort.read(spec);
        terms = PodTerm.read(spec.path("affinity"), namespace, labels);
        spread = SpreadConstraint.read(spec.path("topologySpreadConstraints"), labels);
    }

    private static List<Want> wants(Amounts request, Set<String> ignored) {
        List<Want> wants = new ArrayList<>();
        List<String> names = new ArrayList<>(FIRST);
        request.of().keySet().stream().filter(name -> !FIRST.contains(name)).forEach(names::add);
        for (String name : names) {
            long amount = request.get(name);
            if (amount > 0 && !ignored.contains(name)) {
                wants.add(new Want(name, amount));
            }
        }
        return List.copyOf(wants);
    }

    private static long weighed(JsonNode spec, String resource, long unsaid) {
        long sum = 0;
        for (JsonNode container : spec.path("containers")) {
            JsonNode resources = container.path("resources");
            boolean said = resources.path("requests").has(resource)
                    || resources.path("limits").has(resource);
            sum += said ? 0 : unsaid;
        }
        return sum + Amounts.requestOf(spec).get(resource);
    }

    boolean preemptsBelow(int other) {
        return !neverPreempts && other < priority;
    }

    /// Shapes already read, the least recently used forgotten.
    static final class Known {
        private static final int MOST = 4_096;

        private final Set<String> ignored;
        private final Map<JsonNode, PodShape> shapes = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<JsonNode, PodShape> eldest) {
                return size() > MOST;
            }
        };

        /// @param ignored resources that an extender counts
        Known(Collection<String> ignored) {
            this.ignored = Set.copyOf(ignored);
        }

        PodShape of(JsonNode spec, String namespace, Map<String, String> labels) {
            JsonNode key = key(spec, namespace, labels);
            PodShape known = shapes.get(key);
            if (known == null) {
                known = new PodShape(spec, namespace, labels, ignored);
                shapes.put(key, known);
            }
            return known;
        }

        private static JsonNode key(JsonNode spec, String namespace, Map<String, String> labels) {
            ArrayNode key = Json.array();
            for (String field : new String[] {
                "priority", "preemptionPolicy", "nodeSelector", "affinity", "tolerations", "overhead", "resources"
            }) {
                key.add(spec.path(field).isMissingNode() ? null : spec.path(field));
            }
            for (String list : new String[] {"containers", "initContainers"}) {
                ArrayNode containers = key.addArray();
                for (JsonNode container : spec.path(list)) {
                    containers.add(container.path("resources").isMissingNode() ? null : container.path("resources"));
                    containers.add(container.path("ports").isMissingNode() ? null : container.path("ports"));
                    containers.add(container.path("restartPolicy").asText(""));
                }
            }
            JsonNode spread = spec.path("topologySpreadConstraints");
            JsonNode affinity = spec.path("affinity");
            if (!spread.isEmpty() || affinity.has("podAffinity") || affinity.has("podAntiAffinity")) {
                key.add(spread.isMissingNode() ? null : spread);
                key.add(namespace);
                key.add(MatchKeys.used(spec, labels));
            }
            return key;
        }
    }
}
