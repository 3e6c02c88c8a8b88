package io.kumiki.kube.controllers.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
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
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The addresses of a service's pods, in slices of at most a hundred; pods whose named ports have other numbers get
/// slices of their own.
public final class EndpointSliceReconciler implements Reconciler {
    private static final String COMPONENT = "endpoint-slice-controller";
    private static final String SERVICE = "kubernetes.io/service-name";
    private static final String MANAGER = "endpointslice.kubernetes.io/managed-by";
    private static final String OURS = "endpointslice-controller.k8s.io";
    private static final int MOST = 100;

    public static Controller controller() {
        return Controller.of(COMPONENT, ResourceType.SERVICES, new EndpointSliceReconciler())
                .owning(ResourceType.ENDPOINT_SLICES)
                .selecting(ResourceType.PODS, false);
    }

    @Override
    public Plan decide(ObjectNode service, World world, Instant now) {
        if (!followed(service)) {
            return Plan.NOTHING;
        }
        List<ObjectNode> wanted = new ArrayList<>();
        endpoints(service, world).forEach((ports, all) -> {
            for (int from = 0; from < all.size(); from += MOST) {
                wanted.add(slice(service, Json.parse(ports), all.subList(from, Math.min(all.size(), from + MOST))));
            }
        });
        if (wanted.isEmpty()) {
            // Consumers learn from an empty slice that the service is known.
            wanted.add(slice(service, Json.array(), List.of()));
        }
        return Plan.of(difference(service, wanted, world));
    }

    /// Whether its endpoints are its pods; those of the others are their makers' business.
    static boolean followed(ObjectNode service) {
        JsonNode spec = service.path("spec");
        return !spec.path("selector").isEmpty()
                && !spec.path("type").asText().equals("ExternalName")
                && !Meta.deleting(service);
    }

    private static Map<String, List<ObjectNode>> endpoints(ObjectNode service, World world) {
        JsonNode spec = service.path("spec");
        Map<String, List<ObjectNode>> byPorts = new TreeMap<>();
        for (PodView pod : world.pods(Meta.namespace(service), LabelSelector.ofLabels(spec.path("selector")))) {
            ObjectNode tree = pod.tree();
            String address = tree.path("status").path("podIP").asText("");
            if (address.isEmpty() || pod.over()) {
                continue;
            }
            byPorts.computeIfAbsent(Json.write(ports(spec.path("ports"), tree)), p -> new ArrayList<>())
                    .add(endpoint(service, pod, tree, address));
        }
        return byPorts;
    }

    private static ArrayNode ports(JsonNode ports, ObjectNode pod) {
        ArrayNode found = Json.array();
        for (JsonNode port : ports) {
            int number = number(port, pod);
            if (number > 0) {
                ObjectNode one = found.addObject()
                        .put("name", port.path("name").asText(""))
                        .put("port", number)
                        .put("protocol", port.path("protocol").asText("TCP"));
                if (port.path("appProtocol").isTextual()) {
                    one.set("appProtocol", port.get("appProtocol"));
                }
            }
        }
        return found;
    }

    /// 0 when the pod has no port of that name.
    static int number(JsonNode port, ObjectNode pod) {
        JsonNode target = port.path("targetPort");
        if (!target.isTextual()) {
            return target.asInt(port.path("port").asInt());
        }
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                for (JsonNode named : container.path("ports")) {
                    if (named.path("name").equals(target)
                            && named.path("protocol")
                                    .asText("TCP")
                                    .equals(port.path("protocol").asText("TCP"))) {
                        return named.path("containerPort").asInt();
                    }
                }
            }
        }
        return 0;
    }

    private static ObjectNode endpoint(ObjectNode service, PodView pod, ObjectNode tree, String address) {
        boolean always = service.path("spec").path("publishNotReadyAddresses").asBoolean();
        ObjectNode endpoint = Json.object();
        endpoint.putArray("addresses").add(address);
        endpoint.putObject("conditions")
                .put("ready", always || pod.ready() && !pod.deleting())
                .put("serving", always || pod.ready())
                .put("terminating", pod.deleting());
        String host = hostname(service, tree);
        if (!host.isEmpty()) {
            endpoint.put("hostname", host);
        }
        if (!pod.node().isEmpty()) {
            endpoint.put("nodeName", pod.node());
        }
        endpoint.set("targetRef", reference(pod));
        return endpoint;
    }

    /// What the service calls the pod; empty for nothing.
    static String hostname(ObjectNode service, ObjectNode pod) {
        boolean mine = pod.path("spec").path("subdomain").asText("").equals(Meta.name(service));
        return mine ? pod.path("spec").path("hostname").asText("") : "";
    }

    static ObjectNode reference(PodView pod) {
        return Json.object()
                .put("kind", "Pod")
                .put("namespace", pod.stored().key().namespace())
                .put("name", pod.name())
                .put("uid", pod.uid());
    }

    private static ObjectNode slice(ObjectNode service, JsonNode ports, List<ObjectNode> endpoints) {
        ObjectNode slice = Meta.owned(service, "discovery.k8s.io/v1", "EndpointSlice");
        String name = Meta.name(service);
        ObjectNode metadata = (ObjectNode) slice.get("metadata");
        metadata.put("generateName", (name.length() > 240 ? name.substring(0, 240) : name) + "-");
        ObjectNode labels =
                service.path("metadata").path("labels") instanceof ObjectNode some ? some.deepCopy() : Json.object();
        labels.put(SERVICE, name).put(MANAGER, OURS);
        if (service.path("spec").path("clusterIP").asText("").equals("None")) {
            labels.put("service.kubernetes.io/headless", "");
        }
        metadata.set("labels", labels);
        slice.put("addressType", "IPv4");
        ArrayNode all = slice.putArray("endpoints");
        endpoints.forEach(all::add);
        slice.set("ports", ports);
        return slice;
    }

    /// A slice is told by its ports; one of several with the same goes on as one of them. What has no endpoint yet
    /// takes
    /// any.
    private static List<Action> difference(ObjectNode service, List<ObjectNode> wanted, World world) {
        List<Action> actions = new ArrayList<>();
        for (ObjectNode found : world.ownedBy(ResourceType.ENDPOINT_SLICES, Meta.uid(service))) {
            if (!OURS.equals(Meta.label(found, MANAGER))) {
                continue;
            }
            ObjectNode next = taken(found, wanted);
            if (next == null) {
                actions.add(Meta.delete(ResourceType.ENDPOINT_SLICES, found, Deletion.DEFAULT, null));
            } else if (!same(found, next)) {
                ObjectNode merge = Json.object();
                merge.putObject("metadata").set("labels", next.path("metadata").path("labels"));
                merge.set("endpoints", next.path("endpoints"));
                merge.set("ports", next.path("ports"));
                actions.add(new Action.Change(ResourceType.ENDPOINT_SLICES, found, "", merge, null));
            }
        }
        Story failed = Story.normal(service, COMPONENT, "", "")
                .orWarn("FailedToUpdateEndpointSlices", "Error updating Endpoint Slices for Service: %s");
        wanted.forEach(slice ->
                actions.add(new Action.Create(ResourceType.ENDPOINT_SLICES, Meta.namespace(service), slice, failed)));
        return actions;
    }

    private static @Nullable ObjectNode taken(ObjectNode found, List<ObjectNode> wanted) {
        for (int i = 0; i < wanted.size(); i++) {
            if (ports(found).equals(ports(wanted.get(i)))) {
                return wanted.remove(i);
            }
        }
        boolean free = found.path("endpoints").isEmpty() || wanted.size() == 1;
        return free && !wanted.isEmpty() ? wanted.removeFirst() : null;
    }

    private static boolean same(ObjectNode found, ObjectNode next) {
        return found.path("endpoints").equals(next.path("endpoints"))
                && ports(found).equals(ports(next))
                && found.path("metadata")
                        .path("labels")
                        .equals(next.path("metadata").path("labels"));
    }

    private static JsonNode ports(ObjectNode slice) {
        return slice.path("ports").isArray() ? slice.path("ports") : Json.array();
    }
}
