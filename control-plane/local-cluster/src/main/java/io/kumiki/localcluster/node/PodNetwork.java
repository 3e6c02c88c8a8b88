package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/// Where pods get their addresses. The host's own network: every pod has the loopback address, and the ports it
/// declares are the machine's,
/// so two pods that want the same one are told about each other.
final class PodNetwork {
    private final ConcurrentHashMap<String, Member> members = new ConcurrentHashMap<>();

    private record Member(String name, Set<String> ports) {}

    /// The address of a pod, and which other pod wants one of its ports (empty: none).
    record Joined(String address, String collision) {}

    Joined join(JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        Member self = new Member(
                metadata.path("namespace").asText() + "/"
                        + metadata.path("name").asText(),
                ports(pod));
        String collision = "";
        for (Member other : members.values()) {
            Set<String> both = new TreeSet<>(self.ports());
            both.retainAll(other.ports());
            if (!both.isEmpty()) {
                collision = "port " + String.join(", ", both) + " is also wanted by pod " + other.name()
                        + ", and pods of this node share its network; stop that pod or give this one another port";
            }
        }
        members.put(metadata.path("uid").asText(), self);
        return new Joined("127.0.0.1", collision);
    }

    void leave(String uid) {
        members.remove(uid);
    }

    private static Set<String> ports(JsonNode pod) {
        Set<String> ports = new HashSet<>();
        for (JsonNode container : pod.path("spec").path("containers")) {
            for (JsonNode port : container.path("ports")) {
                ports.add(port.path("containerPort").asText() + "/"
                        + port.path("protocol").asText("TCP"));
            }
        }
        return ports;
    }
}
