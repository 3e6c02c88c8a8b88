package io.kumiki.localcluster.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.localcluster.node.LocalApi;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// The services of the cluster on this machine: follows them and their endpoint slices, keeps the proxy and whoever
/// else listens up to date.
public final class Services implements AutoCloseable {
    private final LocalApi api;
    private final ServiceProxy proxy = new ServiceProxy(this::failed);
    private final Map<String, ObjectNode> services = new HashMap<>();
    private final Map<String, ObjectNode> slices = new HashMap<>();
    private final Set<ServiceTable.Listening> told = new HashSet<>();
    private final List<LocalApi.Following> following = new ArrayList<>();
    private final Consumer<ServiceTable> listener;
    private boolean begun;
    private volatile ServiceTable table = ServiceTable.of(List.of(), List.of());

    /// @param listener told of each new table, one at a time
    public Services(LocalApi api, Consumer<ServiceTable> listener) {
        this.api = api;
        this.listener = listener;
    }

    public ServiceTable table() {
        return table;
    }

    public void start() {
        following.add(api.follow(ResourceType.SERVICES, Selection.ALL, (type, each) -> hear(services, type, each)));
        following.add(
                api.follow(ResourceType.ENDPOINT_SLICES, Selection.ALL, (type, each) -> hear(slices, type, each)));
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
        if (next.equals(table)) {
            return;
        }
        table = next;
        proxy.follow(next);
        listener.accept(next);
    }

    /// Told once on the service itself: a port below 1024 needs a right that not everybody has.
    private void failed(ServiceTable.Listening at, String why) {
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
        proxy.close();
    }
}
