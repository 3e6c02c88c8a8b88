package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Gives each service an address of its own, from a range of loopback addresses: on the machine that this cluster is, a
/// proxy can listen there without any right, and nobody outside can reach it.
public final class ClusterAddresses implements Admission.Step {
    /// 127.96.0.1 to 127.96.255.254.
    public static final String RANGE = "127.96.0.0/16";

    private static final Pattern IN_RANGE = Pattern.compile("127\\.96\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final int SIZE = 1 << 16;
    private static final String NONE = "None";

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        ObjectNode object = request.object();
        ObjectNode old = request.old();
        if (!request.kind().storage().equals("services") || !(object.path("spec") instanceof ObjectNode spec)) {
            return;
        }
        String given = spec.path("clusterIP").asText("");
        String before = old == null ? "" : old.path("spec").path("clusterIP").asText("");
        if (spec.path("type").asText().equals("ExternalName")) {
            if (given.equals(before)) {
                // A service that becomes a name gives its address back.
                spec.remove(List.of("clusterIP", "clusterIPs"));
            } else {
                violations.add(Names.forbidden("spec.clusterIPs", "may not be set for ExternalName services"));
            }
            return;
        }
        if (!given.isEmpty() && !before.isEmpty() && !given.equals(before)) {
            violations.add(Names.invalid("spec.clusterIP", given, "field is immutable"));
        } else if (given.isEmpty() && !before.isEmpty()) {
            set(spec, before);
        } else if (given.isEmpty()) {
            allocate(object, spec, store, violations);
        } else if (!given.equals(before) && !given.equals(NONE)) {
            take(object, given, store, violations);
        }
    }

    private static void set(ObjectNode spec, String address) {
        spec.put("clusterIP", address).putArray("clusterIPs").add(address);
    }

    /// The first free address from where the service's name and its namespace's uid point to: a service that comes
    /// again
    /// often gets its old one, and two clusters on one machine seldom meet.
    private static void allocate(ObjectNode service, ObjectNode spec, ObjectStore store, List<Violation> violations) {
        Set<String> taken = taken(service, store);
        JsonNode metadata = service.path("metadata");
        StoredObject namespace = store.get(
                new ObjectKey("namespaces", "", metadata.path("namespace").asText()));
        String seed = namespace == null ? "" : namespace.uid();
        int from = (seed + "/" + metadata.path("name").asText()).hashCode();
        for (int i = 0; i < SIZE; i++) {
            int number = from + i & SIZE - 1;
            String address = "127.96." + (number >> 8) + "." + (number & 255);
            if (number != 0 && number != SIZE - 1 && !taken.contains(address)) {
                set(spec, address);
                return;
            }
        }
        violations.add(Names.forbidden("spec.clusterIP", "no address of " + RANGE + " is free"));
    }

    private static void take(ObjectNode service, String address, ObjectStore store, List<Violation> violations) {
        var parts = IN_RANGE.matcher(address);
        boolean inside =
                parts.matches() && Integer.parseInt(parts.group(1)) < 256 && Integer.parseInt(parts.group(2)) < 256;
        if (!inside) {
            violations.add(
                    Names.invalid("spec.clusterIPs[0]", address, "the provided IP is not in the valid range " + RANGE));
        } else if (taken(service, store).contains(address)) {
            violations.add(Names.invalid("spec.clusterIPs[0]", address, "provided IP is already allocated"));
        }
    }

    private static Set<String> taken(ObjectNode service, ObjectStore store) {
        Set<String> taken = new HashSet<>();
        others(service, store).forEach(spec -> taken.add(spec.path("clusterIP").asText("")));
        return taken;
    }

    /// `spec` of every other Service.
    static List<JsonNode> others(ObjectNode service, ObjectStore store) {
        JsonNode metadata = service.path("metadata");
        ObjectKey self = new ObjectKey(
                "services",
                metadata.path("namespace").asText(),
                metadata.path("name").asText());
        List<JsonNode> specs = new ArrayList<>();
        for (StoredObject each : store.all("services", "")) {
            if (!each.key().equals(self)) {
                specs.add(Json.parse(each.json()).path("spec"));
            }
        }
        return specs;
    }
}
