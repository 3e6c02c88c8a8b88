package io.kumiki.kube.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.WebhookCaller.Target;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/// Where a webhook listens: its URL, or a ready endpoint of its service.
final class Targets {
    /// A service that leads nowhere now.
    static final class Unresolved extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unresolved(String message) {
            super(message, null, false, false);
        }
    }

    private final ObjectStore store;

    Targets(ObjectStore store) {
        this.store = store;
    }

    Target of(JsonNode client, Duration timeout) {
        String authority =
                new String(Base64.getDecoder().decode(client.path("caBundle").asText("")), StandardCharsets.UTF_8);
        JsonNode service = client.path("service");
        if (!service.isObject()) {
            return new Target(client.path("url").asText(), "", authority, timeout);
        }
        String name = service.path("name").asText();
        String namespace = service.path("namespace").asText();
        String path = service.path("path").asText("/");
        int port = service.path("port").asInt(443);
        String url = "https://" + name + "." + namespace + ".svc:" + port + path;
        try {
            return new Target(url, address(namespace, name, port), authority, timeout);
        } catch (Unresolved e) {
            throw new Unresolved("Post \"" + url + "?timeout=" + timeout.toSeconds() + "s\": " + e.getMessage());
        }
    }

    private String address(String namespace, String name, int wanted) {
        StoredObject found = store.get(new ObjectKey("services", namespace, name));
        if (found == null) {
            throw new Unresolved("service \"" + name + "\" not found");
        }
        JsonNode port = null;
        for (JsonNode each : Json.parse(found.json()).path("spec").path("ports")) {
            if (each.path("port").asInt() == wanted) {
                port = each;
            }
        }
        if (port == null) {
            throw new Unresolved("service \"" + name + "\" has no port " + wanted);
        }
        String portName = port.path("name").asText("");
        for (StoredObject slice : store.all("endpointslices.discovery.k8s.io", namespace)) {
            if (!name.equals(slice.label("kubernetes.io/service-name"))) {
                continue;
            }
            JsonNode endpoints = Json.parse(slice.json());
            for (JsonNode each : endpoints.path("ports")) {
                String address = ready(endpoints.path("endpoints"));
                if (each.path("name").asText("").equals(portName) && !address.isEmpty()) {
                    String host = address.contains(":") ? "[" + address + "]" : address;
                    return host + ":" + each.path("port").asInt();
                }
            }
        }
        throw new Unresolved("no endpoints available for service \"" + name + "\"");
    }

    private static String ready(JsonNode endpoints) {
        for (JsonNode endpoint : endpoints) {
            JsonNode addresses = endpoint.path("addresses");
            if (endpoint.path("conditions").path("ready").asBoolean(true) && !addresses.isEmpty()) {
                return addresses.get(0).asText();
            }
        }
        return "";
    }
}
