package io.kumiki.extender.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where other systems' objects are read, and what they declare.
///
/// @param path of the list in the API; a kind that is not served is looked for again later
public record Declaration(Membership.Kind kind, String path) {
    public static final List<Declaration> ALL = List.of(
            new Declaration(Membership.Kind.PODGROUP, "/apis/scheduling.k8s.io/v1beta1/podgroups"),
            new Declaration(Membership.Kind.PODGROUP, "/apis/scheduling.k8s.io/v1alpha2/podgroups"),
            new Declaration(Membership.Kind.WORKLOAD, "/apis/scheduling.k8s.io/v1alpha1/workloads"),
            new Declaration(Membership.Kind.VOLCANO, "/apis/scheduling.volcano.sh/v1beta1/podgroups"),
            new Declaration(Membership.Kind.COSCHEDULING, "/apis/scheduling.x-k8s.io/v1alpha1/podgroups"),
            new Declaration(Membership.Kind.KAI, "/apis/scheduling.run.ai/v2alpha2/podgroups"));

    /// Groups of one object with the members without which they do not start; groups that are no gangs are left out.
    public Map<String, Integer> minima(JsonNode object) {
        Map<String, Integer> minima = new LinkedHashMap<>();
        String name = object.path("metadata").path("name").asText();
        JsonNode spec = object.path("spec");
        switch (kind) {
            case PODGROUP ->
                put(minima, name, spec.path("schedulingPolicy").path("gang").path("minCount"));
            case WORKLOAD ->
                spec.path("podGroups")
                        .forEach(group -> put(
                                minima,
                                name + "/" + group.path("name").asText(),
                                group.path("policy").path("gang").path("minCount")));
            case VOLCANO, COSCHEDULING, KAI -> put(minima, name, spec.path("minMember"));
            case KUEUE -> {
                // its pods say the size themselves
            }
        }
        return minima;
    }

    private static void put(Map<String, Integer> minima, String group, JsonNode count) {
        if (count.asInt(0) > 0) {
            minima.put(group, count.asInt());
        }
    }
}
