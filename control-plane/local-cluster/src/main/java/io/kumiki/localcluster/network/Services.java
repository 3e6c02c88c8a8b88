package io.kumiki.localcluster.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The services of the cluster on this machine: follows them and their endpoint slices, keeps the proxy and whoever
/// else listens up to date.
public final class Services implements AutoCloseable {
    private final LocalApi api;
    private final ServiceProxy proxy = new ServiceProxy(this::failed);
    private final Map<String, ObjectNode> services = new HashMap<>();
    private final Map<String, ObjectNode> slices = new HashMap<>();
    private final Set<ServiceTable.Listening> told = new HashSet<>();
    private final List<LocalApi.Following> following = new ArrayList<>();
    private final Set<String> unheeded = new HashSet<>();
    private final Map<ServiceTable.Listening, String> deaf = new HashMap<>();
    private final Listener listener;
    private final OutsideNames outside = new OutsideNames(this::elsewhere);
    private Map<String, List<String>> elsewhere = Map.of();
    private boolean begun;
    private ServiceTable table = ServiceTable.of(List.of(), List.of());

    /// Hears of each new state of names, one at a time.
    public interface Listener {
        /// @param elsewhere names outside of the cluster that services stand for → their addresses
        void changed(ServiceTable table, Map<String, List<String>> elsewhere);
    }

    public Services(LocalApi api, Listener listener) {
        this.api = api;
        this.listener = listener;
    }

    public void start() {
        following.add(api.follow(ResourceType.SERVICES, Selection.ALL, (type, each) -> hear(services, type, each)));
        following.add(
                api.follow(ResourceType.ENDPOINT_SLICES, Selection.ALL, (type, each) -> hear(slices, type, each)));
        outside.start();
        synchronized (this) {
            begun = true;
            renew();
        }
    }

    private synchronized void hear(Map<String, ObjectNode> all, WatchEvent.Type type, ObjectNode each) {
        JsonNode metadata = each.path("metadata");
        String key = metadata.path("namespace").asText() + "/"
                + metadata.path("name").asText();
        if (type == WatchEvent.Type.DELETED) {
            all.remove(key);
        } else {
            all.put(key, each);
        }
        if (begun) {
            renew();
        }
    }

    private void renew() {
        ServiceTable next = ServiceTable.of(services.values(), slices.values());
        if (!next.equals(table)) {
            table = next;
            deaf.clear();
            proxy.follow(next);
            outside.want(next.outside());
            listener.changed(next, elsewhere);
        }
        services.values().forEach(this::balance);
        services.values().forEach(this::unheeded);
    }

    /// Told once on the service itself.
    private void unheeded(ObjectNode service) {
        for (String each : UnheededFields.of(service)) {
            if (unheeded.add(service.path("metadata").path("uid").asText() + each)) {
                api.event(service, "Warning", "NotApplied", "kumiki-proxy", each);
            }
        }
    }

    private synchronized void elsewhere(Map<String, List<String>> now) {
        elsewhere = now;
        listener.changed(table, now);
    }

    /// Tells in a balanced service's status where it is reached, and in one that is so no more that it is not.
    private void balance(ObjectNode service) {
        JsonNode written = service.path("status").path("loadBalancer").path("ingress");
        ArrayNode wanted = Json.array();
        if (ServiceTable.isBalanced(service)) {
            ObjectNode here = wanted.addObject().put("ip", ServiceTable.MACHINE).put("ipMode", "Proxy");
            ArrayNode ports = here.putArray("ports");
            for (JsonNode port : service.path("spec").path("ports")) {
                String protocol = port.path("protocol").asText("TCP");
                ServiceTable.Listening at = ServiceTable.balanced(service, port);
                ObjectNode told =
                        ports.addObject().put("port", port.path("port").asInt()).put("protocol", protocol);
                if (!protocol.equals("TCP")) {
                    told.put("error", "ProtocolNotServed");
                } else if (deaf.containsKey(at) || table.doubled().contains(at)) {
                    told.put("error", "PortNotAvailable");
                }
            }
        } else if (service.path("spec").hasNonNull("loadBalancerClass") || written.isEmpty()) {
            return;
        }
        if (!wanted.equals(written)) {
            ObjectNode status = Json.object();
            status.putObject("loadBalancer").set("ingress", wanted.isEmpty() ? null : wanted);
            api.status(ResourceType.SERVICES, service, status);
        }
    }

    /// Told once on the service itself: a port below 1024 needs a right that not everybody has.
    private void failed(ServiceTable.Listening at, String why) {
        deaf.put(at, why);
        ObjectNode service = services.get(at.namespace() + "/" + at.service());
        if (service != null && told.add(at)) {
            api.event(
                    service,
                    "Warning",
                    "FailedToListen",
                    "kumiki-proxy",
                    "nothing listens at " + at.address() + ":" + at.port() + " of this service: " + why);
        }
    }

    @Override
    public void close() {
        for (LocalApi.Following each : following) {
            each.close();
        }
        outside.close();
        proxy.close();
    }
}
