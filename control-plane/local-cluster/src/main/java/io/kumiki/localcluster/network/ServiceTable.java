package io.kumiki.localcluster.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What services mean at one moment: where each listens, who answers, and what is called how. Pure.
public record ServiceTable(Map<Listening, List<Endpoint>> backends, Map<String, List<Named>> names) {
    private static final String OF_SERVICE = "kubernetes.io/service-name";
    private static final String CLUSTER = "cluster.local";

    /// A port of a service. `affine`: the same client always reaches the same pod.
    public record Listening(String namespace, String service, String address, int port, boolean affine) {}

    public record Endpoint(String address, int port) {}

    /// A name and its address, as in a hosts file.
    public record Named(String name, String address) {}

    /// @param services and slices: all there are
    public static ServiceTable of(Collection<? extends JsonNode> services, Collection<? extends JsonNode> slices) {
        Map<Listening, List<Endpoint>> backends =
                new TreeMap<>(java.util.Comparator.comparing(Listening::address).thenComparing(Listening::port));
        Map<String, List<Named>> names = new TreeMap<>();
        Map<String, List<JsonNode>> byService = new HashMap<>();
        for (JsonNode slice : slices) {
            JsonNode metadata = slice.path("metadata");
            String key = metadata.path("namespace").asText() + "/"
                    + metadata.path("labels").path(OF_SERVICE).asText();
            byService.computeIfAbsent(key, k -> new ArrayList<>()).add(slice);
        }
        for (JsonNode service : services) {
            JsonNode spec = service.path("spec");
            String namespace = service.path("metadata").path("namespace").asText();
            String name = service.path("metadata").path("name").asText();
            String address = spec.path("clusterIP").asText("");
            List<JsonNode> own = byService.getOrDefault(namespace + "/" + name, List.of());
            List<Named> called = names.computeIfAbsent(namespace, n -> new ArrayList<>());
            if (address.equals("None")) {
                headless(name, own, called);
            } else if (!address.isEmpty()) {
                called.add(new Named(name, address));
                boolean affine = spec.path("sessionAffinity").asText().equals("ClientIP");
                for (JsonNode port : spec.path("ports")) {
                    if (port.path("protocol").asText("TCP").equals("TCP")) {
                        Listening at = new Listening(
                                namespace, name, address, port.path("port").asInt(), affine);
                        backends.put(at, endpoints(own, port.path("name").asText("")));
                    }
                }
            }
        }
        return new ServiceTable(backends, names);
    }

    private static List<Endpoint> endpoints(List<JsonNode> slices, String portName) {
        List<Endpoint> ready = new ArrayList<>();
        for (JsonNode slice : slices) {
            for (JsonNode port : slice.path("ports")) {
                if (!port.path("name").asText("").equals(portName)) {
                    continue;
                }
                for (JsonNode endpoint : slice.path("endpoints")) {
                    if (endpoint.path("conditions").path("ready").asBoolean(true)) {
                        endpoint.path("addresses")
                                .forEach(address -> ready.add(new Endpoint(
                                        address.asText(), port.path("port").asInt())));
                    }
                }
            }
        }
        return List.copyOf(ready);
    }

    /// Every ready pod by the service's name, and by its own below it.
    private static void headless(String service, List<JsonNode> slices, List<Named> called) {
        for (JsonNode slice : slices) {
            for (JsonNode endpoint : slice.path("endpoints")) {
                if (!endpoint.path("conditions").path("ready").asBoolean(true)) {
                    continue;
                }
                for (JsonNode address : endpoint.path("addresses")) {
                    Named named = new Named(service, address.asText());
                    if (!called.contains(named)) {
                        called.add(named);
                    }
                    String host = endpoint.path("hostname").asText("");
                    if (!host.isEmpty()) {
                        called.add(new Named(host + "." + service, address.asText()));
                    }
                }
            }
        }
    }

    /// Lines of a hosts file as a pod of the namespace sees it: short names are those of its own namespace.
    ///
    /// @param known names with their namespace (`web.n`) that somebody else answers for
    public String hosts(String namespace, Set<String> known) {
        StringBuilder text = new StringBuilder();
        names.forEach((space, all) -> {
            for (Named named : all) {
                String full = named.name() + "." + space;
                if (known.contains(full)) {
                    continue;
                }
                text.append(named.address());
                if (space.equals(namespace)) {
                    text.append(' ').append(named.name());
                }
                text.append(' ')
                        .append(full)
                        .append(' ')
                        .append(full)
                        .append(".svc ")
                        .append(full)
                        .append(".svc.")
                        .append(CLUSTER)
                        .append('\n');
            }
        });
        return text.toString();
    }
}
