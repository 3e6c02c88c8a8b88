package io.kumiki.extender.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// scheduling.run.ai PodGroup.
final class Kai implements Format {
    @Override
    public String name() {
        return "kai";
    }

    @Override
    public List<String> lists() {
        return List.of("/apis/scheduling.run.ai/v2alpha2/podgroups");
    }

    @Override
    public @Nullable Membership membership(JsonNode pod) {
        String group =
                pod.path("metadata").path("annotations").path("pod-group-name").asText("");
        return group.isEmpty() ? null : new Membership(this, group, group, "", 0);
    }

    @Override
    public Map<String, Terms> declared(JsonNode object) {
        JsonNode spec = object.path("spec");
        int minimum = spec.path("minMember").asInt(0);
        if (minimum <= 0) {
            return Map.of();
        }
        JsonNode topology = spec.path("topologyConstraint");
        String preemptible = spec.path("preemptibility").asText("");
        Terms terms = new Terms(minimum)
                .withPriority(Terms.Priority.of(
                        Terms.Priority.CLASS, spec.path("priorityClassName").asText("")))
                .withQueue(spec.path("queue").asText(""))
                .within(
                        Terms.Place.labelled(
                                topology.path("requiredTopologyLevel").asText("")),
                        Terms.Place.labelled(
                                topology.path("preferredTopologyLevel").asText("")))
                .unless(preemptible.isEmpty(), "preemptibility " + preemptible)
                .unless(spec.path("subGroups").isEmpty(), "subGroups");
        return Map.of(object.path("metadata").path("name").asText(), terms);
    }
}
