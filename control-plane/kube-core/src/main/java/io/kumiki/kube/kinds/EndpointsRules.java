package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.schema.Addresses;
import io.kumiki.kube.schema.NameRules;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Endpoints: what Services had before there were EndpointSlices.
final class EndpointsRules implements KindRules {
    private static final Set<String> PROTOCOLS = Set.of("TCP", "UDP", "SCTP");

    @Override
    public String deprecation() {
        return "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
    }

    @Override
    public void complete(ObjectNode endpoints, @Nullable ObjectNode old) {
        for (JsonNode subset : endpoints.path("subsets")) {
            subset.path("ports").forEach(port -> Fields.fill((ObjectNode) port, "protocol", "TCP"));
        }
    }

    /// What was wrong before may stay so.
    @Override
    public void validate(ObjectNode endpoints, @Nullable ObjectNode old, List<Violation> violations) {
        if (old != null && old.path("subsets").equals(endpoints.path("subsets"))) {
            return;
        }
        int index = 0;
        for (JsonNode subset : endpoints.path("subsets")) {
            String at = "subsets[" + index++ + "]";
            if (subset.path("addresses").isEmpty()
                    && subset.path("notReadyAddresses").isEmpty()) {
                violations.add(Names.required(at, "must specify `addresses` or `notReadyAddresses`"));
            }
            for (String list : List.of("addresses", "notReadyAddresses")) {
                int n = 0;
                for (JsonNode address : subset.path(list)) {
                    address(at + "." + list + "[" + n++ + "]", address, violations);
                }
            }
            int n = 0;
            for (JsonNode port : subset.path("ports")) {
                port(at + ".ports[" + n++ + "]", port, subset.path("ports").size() > 1, violations);
            }
        }
    }

    private static void address(String at, JsonNode address, List<Violation> violations) {
        String ip = address.path("ip").asText("");
        byte[] bytes = Addresses.parse(ip);
        if (bytes == null) {
            // Kubernetes looks twice, so it says it twice.
            String why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            violations.add(Names.invalid(at + ".ip", ip, why));
            violations.add(Names.invalid(at + ".ip", ip, "must be a valid IP address"));
        } else {
            reachable(at + ".ip", ip, bytes, violations);
        }
        String host = address.path("hostname").asText("");
        if (!host.isEmpty() && !Names.label(host)) {
            violations.add(Names.invalid(at + ".hostname", host, NameRules.dns1123Label(host)));
        }
        String node = address.path("nodeName").asText("");
        if (!node.isEmpty() && !Names.subdomain(node)) {
            violations.add(Names.invalid(at + ".nodeName", node, NameRules.dns1123Subdomain(node)));
        }
    }

    /// A loopback address may stand here: pods without a network of their own have one.
    private static void reachable(String at, String ip, byte[] bytes, List<Violation> violations) {
        InetAddress address;
        try {
            address = InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
        if (address.isAnyLocalAddress()) {
            violations.add(Names.invalid(at, ip, "may not be unspecified (" + ip + ")"));
        }
        if (address.isLinkLocalAddress()) {
            violations.add(Names.invalid(at, ip, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"));
        }
        if (address.isMCLinkLocal()) {
            violations.add(
                    Names.invalid(at, ip, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"));
        }
    }

    private static void port(String at, JsonNode port, boolean named, List<Violation> violations) {
        String name = port.path("name").asText("");
        if (name.isEmpty() && named) {
            violations.add(Names.required(at + ".name", ""));
        } else if (!name.isEmpty() && !Names.label(name)) {
            violations.add(Names.invalid(at + ".name", name, NameRules.dns1123Label(name)));
        }
        int number = port.path("port").asInt();
        if (number < 1 || number > 65_535) {
            violations.add(new Violation(
                    at + ".port",
                    "FieldValueInvalid",
                    "Invalid value: " + Json.write(port.path("port")) + ": must be between 1 and 65535, inclusive"));
        }
        String protocol = port.path("protocol").asText("");
        if (!PROTOCOLS.contains(protocol)) {
            violations.add(Names.unsupported(at + ".protocol", protocol, List.of("SCTP", "TCP", "UDP")));
        }
    }
}
