package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.select.LabelSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One topology spread constraint.
///
/// @param hard DoNotSchedule; otherwise a preference
/// @param honorAffinity only nodes that the pod's own node affinity allows are counted
/// @param honorTaints only nodes whose taints the pod tolerates are counted
record SpreadConstraint(
        String key, boolean hard, int maxSkew, int minDomains, LabelSelector selector, Inclusion inclusion) {
    record Inclusion(boolean honorAffinity, boolean honorTaints) {}

    static List<SpreadConstraint> read(JsonNode list, Map<String, String> labels) {
        List<SpreadConstraint> constraints = new ArrayList<>();
        for (JsonNode each : list) {
            LabelSelector selector = LabelSelector.of(each.path("labelSelector"));
            selector = MatchKeys.add(selector, each.path("matchLabelKeys"), labels, "In");
            constraints.add(new SpreadConstraint(
                    each.path("topologyKey").asText(),
                    each.path("whenUnsatisfiable").asText("DoNotSchedule").equals("DoNotSchedule"),
                    each.path("maxSkew").asInt(1),
                    each.path("minDomains").asInt(1),
                    selector,
                    new Inclusion(
                            each.path("nodeAffinityPolicy").asText("Honor").equals("Honor"),
                            each.path("nodeTaintsPolicy").asText("Ignore").equals("Honor"))));
        }
        return List.copyOf(constraints);
    }

    /// Pods that are going count no more.
    boolean counts(PodEntry other, String namespace) {
        return other.namespace().equals(namespace)
                && !other.marks().terminating()
                && selector.matches(other.labels()::get);
    }

    boolean selects(PodEntry pod) {
        return selector.matches(pod.labels()::get);
    }
}
