package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.admission.PodShape;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Event;
import io.kumiki.planner.fact.ClaimFact;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Where volumes can be reached, told by the claims that they are bound to.
final class VolumeWatch {
    private final Consumer<Event> planner;
    /// By name of the volume; one that any node reaches is not kept.
    private final Map<String, List<Gang.Term>> terms = new HashMap<>();
    private final Map<String, ClaimFact> claims = new HashMap<>();

    VolumeWatch(Consumer<Event> planner) {
        this.planner = planner;
    }

    synchronized void volume(JsonNode volume) {
        String name = volume.path("metadata").path("name").asText();
        List<Gang.Term> affinity = affinity(volume);
        if (affinity.isEmpty()) {
            terms.remove(name);
        } else {
            terms.put(name, affinity);
        }
        JsonNode of = volume.path("spec").path("claimRef");
        ClaimFact claim =
                claims.get(of.path("namespace").asText() + "/" + of.path("name").asText());
        if (claim != null && claim.bound()) {
            tell(new ClaimFact(claim.namespace(), claim.name(), true, affinity));
        }
    }

    synchronized void volumeGone(String key) {
        terms.remove(key.substring(1));
    }

    synchronized void claim(JsonNode claim) {
        JsonNode metadata = claim.path("metadata");
        boolean bound = claim.path("status").path("phase").asText().equals("Bound");
        String volume = claim.path("spec").path("volumeName").asText("");
        tell(new ClaimFact(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                bound,
                bound ? terms.getOrDefault(volume, List.of()) : List.of()));
    }

    synchronized void claimGone(String key) {
        if (claims.remove(key) != null) {
            int slash = key.indexOf('/');
            planner.accept(new Event.ClaimGone(key.substring(0, slash), key.substring(slash + 1)));
        }
    }

    private void tell(ClaimFact claim) {
        if (!claim.equals(claims.put(claim.namespace() + "/" + claim.name(), claim))) {
            planner.accept(new Event.ClaimSeen(claim));
        }
    }

    /// Read as a pod's own node affinity is.
    private static List<Gang.Term> affinity(JsonNode volume) {
        JsonNode required = volume.path("spec").path("nodeAffinity").path("required");
        if (required.path("nodeSelectorTerms").isEmpty()) {
            return List.of();
        }
        ObjectNode pod = Json.object();
        pod.withObject("/spec")
                .withObject("/affinity")
                .withObject("/nodeAffinity")
                .set("requiredDuringSchedulingIgnoredDuringExecution", required);
        List<Gang.Term> terms = PodShape.single(pod).nodeTerms();
        return terms == null ? List.of() : terms;
    }
}
