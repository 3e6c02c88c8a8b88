package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.net.PodBridge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where pods get their addresses.
///
/// A pod that declares ports, or is asked at one, gets a network namespace where this machine allows it. All others,
/// pipeline steps above all, share the machine's network: they have the loopback address, and two that declare the
/// same port are told so.
final class PodNetwork {
    private static final Logger LOG = LoggerFactory.getLogger(PodNetwork.class);
    private static final List<String> HANDLERS =
            List.of("/livenessProbe", "/readinessProbe", "/startupProbe", "/lifecycle/postStart", "/lifecycle/preStop");
    private static final String SHARED = "127.0.0.1";

    private final @Nullable PodBridge bridge;
    private final Predicate<JsonNode> mayJoin;
    private final ConcurrentHashMap<String, Member> members = new ConcurrentHashMap<>();

    private record Member(String name, Set<String> ports) {}

    /// @param bridge null where namespaces are not to be had
    /// @param mayJoin whether all containers of a pod can enter a namespace
    PodNetwork(@Nullable PodBridge bridge, Predicate<JsonNode> mayJoin) {
        this.bridge = bridge;
        this.mayJoin = mayJoin;
    }

    /// The address of a pod, and which other pod wants one of its ports (empty: none).
    ///
    /// @param namespace to be entered by its containers; null for the machine's own
    /// @param machine where the pod reaches this machine
    record Joined(
            String address, String collision, @Nullable Path namespace, String machine) {
        boolean shared() {
            return namespace == null;
        }
    }

    /// @param adopted it ran under an earlier agent: it stays where it is
    Joined join(JsonNode pod, boolean adopted) {
        JsonNode metadata = pod.path("metadata");
        String uid = metadata.path("uid").asText();
        if (bridge != null
                && (!ports(pod).isEmpty() || asked(pod))
                && !pod.path("spec").path("hostNetwork").asBoolean()
                && (adopted || mayJoin.test(pod))) {
            try {
                PodBridge.Namespace own = adopted ? bridge.find(uid) : bridge.join(uid);
                if (own != null) {
                    return new Joined(own.address(), "", own.file(), bridge.machine());
                }
            } catch (IOException e) {
                LOG.warn(
                        "pod {} shares this machine's network: {}",
                        metadata.path("name").asText(),
                        e.getMessage());
            }
        }
        return shared(pod, metadata);
    }

    private Joined shared(JsonNode pod, JsonNode metadata) {
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
        return new Joined(SHARED, collision, null, SHARED);
    }

    void leave(String uid) {
        members.remove(uid);
        if (bridge != null) {
            bridge.leave(uid);
        }
    }

    /// Whether a probe or a hook goes to the pod's address.
    private static boolean asked(JsonNode pod) {
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                for (String handler : HANDLERS) {
                    JsonNode found = container.at(handler);
                    if (found.has("httpGet") || found.has("tcpSocket") || found.has("grpc")) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static Set<String> ports(JsonNode pod) {
        Set<String> ports = new HashSet<>();
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                for (JsonNode port : container.path("ports")) {
                    ports.add(port.path("containerPort").asText() + "/"
                            + port.path("protocol").asText("TCP"));
                }
            }
        }
        return ports;
    }
}
