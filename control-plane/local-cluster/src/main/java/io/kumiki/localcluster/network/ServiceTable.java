package io.kumiki.localcluster.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What services mean at one moment: where each listens, who answers, and what is called how. Pure.
///
/// @param doubled those that cannot listen, because an older service has the same address and port
/// @param aliases namespace → services that stand for a name elsewhere
public record ServiceTable(
        Map<Listening, List<Endpoint>> backends,
        Set<Listening> doubled,
        Map<String, List<Named>> names,
        Map<String, List<Alias>> aliases) {
    /// Where node ports and balanced services listen: at this machine, for nobody outside of it.
    public static final String MACHINE = "127.0.0.1";

    private static final String OF_SERVICE = "kubernetes.io/service-name";
    private static final String CLUSTER = "cluster.local";

    /// A port of a service. `affine`: the same client always reaches the same pod.
    public record Listening(String namespace, String service, String address, int port, boolean affine) {}

    public record Endpoint(String address, int port) {}

    /// A name and its address, as in a hosts file.
    public record Named(String name, String address) {}

    /// A service's name and the name that it stands for.
    public record Alias(String name, String target) {}

    /// Where a balanced service listens with one of its ports.
    static Listening balanced(JsonNode service, JsonNode port) {
        return listening(service, MACHINE, port.path("port").asInt());
    }

    private static Listening listening(JsonNode service, String address, int port) {
        return new Listening(
                service.path("metadata").path("namespace").asText(),
                service.path("metadata").path("name").asText(),
                address,
                port,
                service.path("spec").path("sessionAffinity").asText().equals("ClientIP"));
    }

    /// @param services and slices: all there are
    public static ServiceTable of(Collection<? extends JsonNode> services, Collection<? extends JsonNode> slices) {
        Map<Listening, List<Endpoint>> backends =
                new TreeMap<>(Comparator.comparing(Listening::address).thenComparing(Listening::port));
        Map<String, List<Named>> names = new TreeMap<>();
        Map<String, List<JsonNode>> byService = new HashMap<>();
        for (JsonNode slice : slices) {
            JsonNode metadata = slice.path("metadata");
            String key = metadata.path("namespace").asText() + "/"
                    + metadata.path("labels").path(OF_SERVICE).asText();
            byService.computeIfAbsent(key, k -> new ArrayList<>()).add(slice);
        }
        Set<Listening> doubled = new HashSet<>();
        Map<String, List<Alias>> aliases = new TreeMap<>();
        for (JsonNode service : oldestFirst(services)) {
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
            } else if (spec.path("type").asText().equals("ExternalName")) {
                aliases.computeIfAbsent(namespace, n -> new ArrayList<>())
                        .add(new Alias(name, spec.path("externalName").asText()));
            }
            for (JsonNode port : spec.path("ports")) {
                if (port.path("protocol").asText("TCP").equals("TCP")) {
                    List<Endpoint> ready = endpoints(own, port.path("name").asText(""));
                    for (Listening at : listens(service, port)) {
                        if (backends.putIfAbsent(at, ready) != null) {
                            doubled.add(at);
                        }
                    }
                }
            }
        }
        return new ServiceTable(backends, doubled, names, aliases);
    }

    /// Who came first has the port.
    private static List<JsonNode> oldestFirst(Collection<? extends JsonNode> services) {
        Comparator<JsonNode> age = Comparator.comparing(
                each -> each.path("metadata").path("creationTimestamp").asText());
        return services.stream()
                .map(each -> (JsonNode) each)
                .sorted(age.thenComparing(
                        each -> each.path("metadata").path("uid").asText()))
                .toList();
    }

    private static List<Listening> listens(JsonNode service, JsonNode port) {
        List<Listening> all = new ArrayList<>();
        JsonNode spec = service.path("spec");
        String address = spec.path("clusterIP").asText("");
        if (!address.isEmpty() && !address.equals("None")) {
            all.add(listening(service, address, port.path("port").asInt()));
        }
        if (port.path("nodePort").asInt() != 0) {
            all.add(listening(service, MACHINE, port.path("nodePort").asInt()));
        }
        if (isBalanced(service)) {
            all.add(balanced(service, port));
        }
        return all;
    }

    /// Whether it is ours to balance: one with a class is somebody else's.
    static boolean isBalanced(JsonNode service) {
        JsonNode spec = service.path("spec");
        return spec.path("type").asText().equals("LoadBalancer") && !spec.hasNonNull("loadBalancerClass");
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

    /// What aliases stand for and no service of this cluster has.
    Set<String> outside() {
        Set<String> outside = new TreeSet<>();
        aliases.values()
                .forEach(all -> all.forEach(alias -> {
                    if (inside(alias.target()).isEmpty()) {
                        outside.add(alias.target());
                    }
                }));
        return outside;
    }

    /// Addresses of a service that is called `web.n.svc` or `web.n.svc.cluster.local`.
    private List<String> inside(String target) {
        String name = target.endsWith(".") ? target.substring(0, target.length() - 1) : target;
        String cut = name.endsWith("." + CLUSTER) ? name.substring(0, name.length() - CLUSTER.length() - 1) : name;
        if (!cut.endsWith(".svc")) {
            return List.of();
        }
        String full = cut.substring(0, cut.length() - ".svc".length());
        int dot = full.lastIndexOf('.');
        return names.getOrDefault(full.substring(dot + 1), List.of()).stream()
                .filter(named -> dot > 0 && named.name().equals(full.substring(0, dot)))
                .map(Named::address)
                .toList();
    }

    /// Lines of a hosts file as a pod of the namespace sees it: short names are those of its own namespace.
    ///
    /// @param known names with their namespace (`web.n`) that somebody else answers for
    /// @param elsewhere name outside of this cluster → its addresses
    public String hosts(String namespace, Set<String> known, Map<String, List<String>> elsewhere) {
        StringBuilder text = new StringBuilder();
        names.forEach((space, all) ->
                all.forEach(named -> line(named.name(), space, named.address(), namespace, known, text)));
        aliases.forEach((space, all) -> {
            for (Alias alias : all) {
                List<String> addresses = inside(alias.target());
                for (String address :
                        addresses.isEmpty() ? elsewhere.getOrDefault(alias.target(), List.of()) : addresses) {
                    line(alias.name(), space, address, namespace, known, text);
                }
            }
        });
        return text.toString();
    }

    private static void line(
            String name, String space, String address, String namespace, Set<String> known, StringBuilder text) {
        String full = name + "." + space;
        if (known.contains(full)) {
            return;
        }
        text.append(address);
        if (space.equals(namespace)) {
            text.append(' ').append(name);
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
}
