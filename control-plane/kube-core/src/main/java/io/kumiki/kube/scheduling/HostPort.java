package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// A port of the node itself that a pod takes; the address 0.0.0.0 is every address.
record HostPort(String address, String protocol, int port) {
    private static final String ANY = "0.0.0.0";

    static List<HostPort> read(JsonNode spec) {
        List<HostPort> ports = new ArrayList<>();
        for (String list : new String[] {"containers", "initContainers"}) {
            for (JsonNode container : spec.path(list)) {
                boolean stays = list.equals("containers")
                        || container.path("restartPolicy").asText("").equals("Always");
                for (JsonNode port : container.path("ports")) {
                    int number = port.path("hostPort").asInt();
                    if (stays && number > 0) {
                        String address = port.path("hostIP").asText("");
                        ports.add(new HostPort(
                                address.isEmpty() ? ANY : address,
                                port.path("protocol").asText("TCP"),
                                number));
                    }
                }
            }
        }
        return List.copyOf(ports);
    }

    boolean conflicts(HostPort other) {
        return port == other.port
                && protocol.equals(other.protocol)
                && (address.equals(other.address) || address.equals(ANY) || other.address.equals(ANY));
    }
}
