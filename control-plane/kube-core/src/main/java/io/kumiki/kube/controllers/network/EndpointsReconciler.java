package io.kumiki.kube.controllers.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Action.Story;
import io.kumiki.kube.controllers.Controller;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The addresses of a service's pods in the older form: one object of the service's name, in which addresses with the
/// same ports stand together. At most a thousand addresses, ready ones first.
public final class EndpointsReconciler implements Reconciler {
    static final String MANAGER = "endpoints.kubernetes.io/managed-by";
    private static final String COMPONENT = "endpoint-controller";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final String TRUNCATED = "endpoints.kubernetes.io/over-capacity";
    private static final int MOST = 1000;

    private record Address(ObjectNode json, boolean ready) {}

    public static Controller controller() {
        return Controller.of(COMPONENT, ResourceType.SERVICES, new EndpointsReconciler())
                .selecting(ResourceType.PODS, false)
                .wokenBy(ResourceType.ENDPOINTS, (change, owners, wake) -> {
                    if (change.after() == null) {
                        wake.accept(new ObjectKey(
                                ResourceType.SERVICES.storage(),
                                change.key().namespace(),
                                change.key().name()));
                    }
                });
    }

    @Override
    public Plan decide(ObjectNode service, World world, Instant now) {
        if (!EndpointSliceReconciler.followed(service)) {
            return Plan.NOTHING;
        }
        String namespace = Meta.namespace(service);
        List<Address> all = new ArrayList<>();
        ArrayNode subsets = subsets(service, world, all);
        ObjectNode labels = labels(service);
        ObjectNode found = world.get(ResourceType.ENDPOINTS, namespace, Meta.name(service));
        if (found == null) {
            ObjectNode fresh = Json.object().put("apiVersion", "v1").put("kind", "Endpoints");
            ObjectNode metadata = fresh.putObject("metadata").put("name", Meta.name(service));
            metadata.set("labels", labels);
            if (all.size() > MOST) {
                metadata.putObject("annotations").put(TRUNCATED, "truncated");
            }
            fresh.set("subsets", subsets);
            Story failed = Story.normal(service, COMPONENT, "", "")
                    .orWarn("FailedToCreateEndpoint", "Failed to create endpoint for service: %s");
            return Plan.of(List.of(new Action.Create(ResourceType.ENDPOINTS, namespace, fresh, failed)));
        }
        boolean told = !Meta.annotation(found, TRUNCATED).isEmpty();
        if (list(found.path("subsets")).equals(subsets)
                && found.path("metadata").path("labels").equals(labels)
                && told == (all.size() > MOST)) {
            return Plan.NOTHING;
        }
        ObjectNode merge = Json.object();
        ObjectNode kept = merge.putObject("metadata").putObject("labels");
        found.path("metadata").path("labels").properties().forEach(label -> kept.putNull(label.getKey()));
        kept.setAll(labels);
        if (told || all.size() > MOST) {
            ((ObjectNode) merge.get("metadata"))
                    .putObject("annotations")
                    .put(TRUNCATED, all.size() > MOST ? "truncated" : null);
        }
        merge.set("subsets", subsets);
        Story failed = Story.normal(service, COMPONENT, "", "")
                .orWarn("FailedToUpdateEndpoint", "Failed to update endpoint: %s");
        return Plan.of(List.of(new Action.Change(ResourceType.ENDPOINTS, found, "", merge, failed)));
    }

    private static JsonNode list(JsonNode given) {
        return given.isArray() ? given : Json.array();
    }

    private static ObjectNode labels(ObjectNode service) {
        ObjectNode labels =
                service.path("metadata").path("labels") instanceof ObjectNode some ? some.deepCopy() : Json.object();
        labels.remove(HEADLESS);
        if (service.path("spec").path("clusterIP").asText("").equals("None")) {
            labels.put(HEADLESS, "");
        }
        return labels.put(MANAGER, COMPONENT);
    }

    /// @param all gets every address, also those that are too many
    private static ArrayNode subsets(ObjectNode service, World world, List<Address> all) {
        JsonNode spec = service.path("spec");
        boolean always = spec.path("publishNotReadyAddresses").asBoolean();
        Map<String, List<Address>> byPort = new TreeMap<>(Comparator.comparing(EndpointsReconciler::place));
        for (PodView pod : world.pods(Meta.namespace(service), LabelSelector.ofLabels(spec.path("selector")))) {
            ObjectNode tree = pod.tree();
            String ip = tree.path("status").path("podIP").asText("");
            if (ip.isEmpty() || pod.over() || pod.deleting() && !always) {
                continue;
            }
            Address address = new Address(address(service, pod, tree, ip), always || pod.ready());
            List<String> ports = ports(spec, tree);
            ports.forEach(
                    port -> byPort.computeIfAbsent(port, p -> new ArrayList<>()).add(address));
            if (!ports.isEmpty()) {
                all.add(address);
            }
        }
        Map<List<Address>, ArrayNode> together = new LinkedHashMap<>();
        byPort.forEach((port, addresses) -> {
            addresses.sort(Comparator.comparing(
                            (Address a) -> a.json().path("ip").asText())
                    .thenComparing(a -> a.json().path("targetRef").path("uid").asText()));
            ArrayNode ports = together.computeIfAbsent(addresses, a -> Json.array());
            if (!port.isEmpty()) {
                ports.add(Json.parse(port));
            }
        });
        return written(together, room(all));
    }

    /// How many ready and how many other addresses may be told.
    private static int[] room(List<Address> all) {
        int ready = (int) all.stream().filter(Address::ready).count();
        return new int[] {MOST, Math.max(0, MOST - ready)};
    }

    private static ArrayNode written(Map<List<Address>, ArrayNode> together, int[] room) {
        ArrayNode subsets = Json.array();
        together.forEach((addresses, ports) -> {
            ObjectNode subset = Json.object();
            for (Address address : addresses) {
                int kind = address.ready() ? 0 : 1;
                if (room[kind]-- > 0) {
                    subset.withArray(address.ready() ? "/addresses" : "/notReadyAddresses")
                            .add(address.json());
                }
            }
            if (!subset.isEmpty()) {
                if (!ports.isEmpty()) {
                    subset.set("ports", ports);
                }
                subsets.add(subset);
            }
        });
        return subsets;
    }

    private static ObjectNode address(ObjectNode service, PodView pod, ObjectNode tree, String ip) {
        ObjectNode address = Json.object().put("ip", ip);
        String host = EndpointSliceReconciler.hostname(service, tree);
        if (!host.isEmpty()) {
            address.put("hostname", host);
        }
        address.put("nodeName", pod.node()).set("targetRef", EndpointSliceReconciler.reference(pod));
        return address;
    }

    /// As JSON; one empty text for a headless service without ports.
    private static List<String> ports(JsonNode spec, ObjectNode pod) {
        if (spec.path("ports").isEmpty()) {
            return spec.path("clusterIP").asText("").equals("None") ? List.of("") : List.of();
        }
        List<String> ports = new ArrayList<>();
        for (JsonNode port : spec.path("ports")) {
            int number = EndpointSliceReconciler.number(port, pod);
            if (number > 0) {
                ObjectNode one = Json.object();
                if (!port.path("name").asText("").isEmpty()) {
                    one.put("name", port.path("name").asText());
                }
                one.put("port", number).put("protocol", port.path("protocol").asText("TCP"));
                if (port.path("appProtocol").isTextual()) {
                    one.set("appProtocol", port.get("appProtocol"));
                }
                ports.add(Json.write(one));
            }
        }
        return ports;
    }

    /// Kubernetes orders ports by the MD5 of how Go prints them; clients that compare lists want the same.
    private static String place(String port) {
        JsonNode json = port.isEmpty() ? Json.object() : Json.parse(port);
        String application = json.path("appProtocol").asText("");
        String printed = "(v1.EndpointPort){Name:(string)" + json.path("name").asText("") + " Port:(int32)"
                + json.path("port").asInt() + " Protocol:(v1.Protocol)"
                + json.path("protocol").asText("") + " AppProtocol:(*string)"
                + (application.isEmpty() ? "<nil>" : application) + "}";
        try {
            byte[] hash = MessageDigest.getInstance("MD5").digest(printed.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash) + port;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
