package io.kumiki.localcluster.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// Fields of a service that this machine reads over: it is served without what they ask for.
///
/// `internalTrafficPolicy` and `trafficDistribution` are not among them: all pods that run at all run here.
final class UnheededFields {
    private UnheededFields() {}

    /// One sentence for each of them.
    static List<String> of(JsonNode service) {
        JsonNode spec = service.path("spec");
        List<String> found = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        spec.path("externalIPs").forEach(each -> addresses.add(each.asText()));
        if (!addresses.isEmpty()) {
            found.add("externalIPs " + String.join(", ", addresses) + ": nothing listens there; use type LoadBalancer");
        }
        if (!spec.path("loadBalancerSourceRanges").isEmpty()) {
            found.add("loadBalancerSourceRanges: callers are not told apart; only this machine can call at all");
        }
        if (spec.path("externalTrafficPolicy").asText().equals("Local")) {
            found.add("externalTrafficPolicy Local: pods see this machine's address and not the caller's");
        }
        if (!spec.path("loadBalancerIP").asText("").isEmpty()) {
            found.add("loadBalancerIP: a balanced service is reached at " + ServiceTable.MACHINE);
        }
        return found;
    }
}
