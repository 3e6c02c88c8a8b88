package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Gives each port of a NodePort or LoadBalancer service a port of the node, 30000 to 32767, that no other has.
public final class NodePorts implements Admission.Step {
    private static final int FIRST = 30_000;
    private static final int LAST = 32_767;
    private static final int SIZE = LAST - FIRST + 1;
    private static final String FIELD = "nodePort";

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        ObjectNode service = request.object();
        if (!request.kind().storage().equals("services") || !(service.path("spec") instanceof ObjectNode spec)) {
            return;
        }
        ObjectNode old = request.old();
        JsonNode before = old == null ? Json.object() : old.path("spec");
        if (!wanted(spec)) {
            giveBack(spec, before, violations);
            return;
        }
        JsonNode ports = spec.path("ports");
        Set<String> taken = taken(service, store);
        for (int i = 0; i < ports.size(); i++) {
            if (ports.get(i).path(FIELD).asInt() != 0) {
                take((ObjectNode) ports.get(i), "spec.ports[" + i + "].nodePort", taken, violations);
            }
        }
        int seed = (service.path("metadata").path("namespace").asText() + "/"
                        + service.path("metadata").path("name").asText())
                .hashCode();
        for (JsonNode port : ports) {
            if (port.path(FIELD).asInt() == 0 && !allocate((ObjectNode) port, seed, before, taken)) {
                violations.add(Names.forbidden("spec.ports", "no port of " + FIRST + "-" + LAST + " is free"));
                return;
            }
        }
    }

    /// A balanced service may do without.
    private static boolean wanted(JsonNode spec) {
        String type = spec.path("type").asText();
        return type.equals("NodePort")
                || (type.equals("LoadBalancer")
                        && (spec.path("allocateLoadBalancerNodePorts").asBoolean(true)
                                || anyGiven(spec.path("ports"))));
    }

    private static boolean anyGiven(JsonNode ports) {
        for (JsonNode port : ports) {
            if (port.path(FIELD).asInt() != 0) {
                return true;
            }
        }
        return false;
    }

    /// A service that has been one with node ports may still send them along.
    private static void giveBack(ObjectNode spec, JsonNode before, List<Violation> violations) {
        if (!List.of("NodePort", "LoadBalancer").contains(spec.path("type").asText())) {
            for (String field : List.of("externalTrafficPolicy", "allocateLoadBalancerNodePorts")) {
                if (before.has(field) && before.path(field).equals(spec.path(field))) {
                    spec.remove(field);
                }
            }
        }
        int at = 0;
        for (JsonNode port : spec.path("ports")) {
            int given = port.path(FIELD).asInt();
            if (given != 0 && given != same(port, before)) {
                violations.add(Names.forbidden(
                        "spec.ports[" + at + "].nodePort",
                        "may not be used when `type` is '" + spec.path("type").asText() + "'"));
            } else {
                ((ObjectNode) port).remove(FIELD);
            }
            at++;
        }
    }

    private static void take(ObjectNode port, String path, Set<String> taken, List<Violation> violations) {
        int given = port.path(FIELD).asInt();
        if (given < FIRST || given > LAST) {
            violations.add(Names.invalid(
                    path,
                    Integer.toString(given),
                    "provided port is not in the valid range. The range of valid ports is " + FIRST + "-" + LAST));
        } else if (!taken.add(key(port, given))) {
            violations.add(Names.invalid(path, Integer.toString(given), "provided port is already allocated"));
        }
    }

    /// The one that it had, else the first free one from where the service's name points to.
    private static boolean allocate(ObjectNode port, int seed, JsonNode before, Set<String> taken) {
        int had = same(port, before);
        if (had != 0 && taken.add(key(port, had))) {
            port.put(FIELD, had);
            return true;
        }
        int from = Math.floorMod(seed + 31 * port.path("port").asInt(), SIZE);
        for (int i = 0; i < SIZE; i++) {
            int number = FIRST + (from + i) % SIZE;
            if (taken.add(key(port, number))) {
                port.put(FIELD, number);
                return true;
            }
        }
        return false;
    }

    /// The node port that the same port of the service had before; 0 for none.
    private static int same(JsonNode port, JsonNode before) {
        for (JsonNode each : before.path("ports")) {
            if (each.path("port").asInt() == port.path("port").asInt()
                    && protocol(each).equals(protocol(port))) {
                return each.path(FIELD).asInt();
            }
        }
        return 0;
    }

    private static Set<String> taken(ObjectNode service, ObjectStore store) {
        Set<String> taken = new HashSet<>();
        for (JsonNode spec : ClusterAddresses.others(service, store)) {
            for (JsonNode port : spec.path("ports")) {
                taken.add(key(port, port.path(FIELD).asInt()));
            }
        }
        return taken;
    }

    private static String key(JsonNode port, int number) {
        return number + "/" + protocol(port);
    }

    private static String protocol(JsonNode port) {
        return port.path("protocol").asText("TCP");
    }
}
