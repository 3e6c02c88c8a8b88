package io.kumiki.extender.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// scheduling.volcano.sh PodGroup.
final class Volcano implements Format {
    @Override
    public String name() {
        return "volcano";
    }

    @Override
    public List<String> lists() {
        return List.of("/apis/scheduling.volcano.sh/v1beta1/podgroups");
    }

    @Override
    public @Nullable Membership membership(JsonNode pod) {
        JsonNode annotations = pod.path("metadata").path("annotations");
        String group = Format.first(annotations, "scheduling.k8s.io/group-name", "scheduling.volcano.sh/group-name");
        return group.isEmpty()
                ? null
                : new Membership(
                        this,
                        group,
                        group,
                        annotations.path("volcano.sh/task-spec").asText(""),
                        0);
    }

    @Override
    public Map<String, Terms> declared(JsonNode object) {
        JsonNode spec = object.path("spec");
        int minimum = spec.path("minMember").asInt(0);
        if (minimum <= 0) {
            return Map.of();
        }
        Map<String, Integer> roles = new LinkedHashMap<>();
        spec.path("minTaskMember").properties().forEach(task -> {
            if (task.getValue().asInt() > 0) {
                roles.put(task.getKey(), task.getValue().asInt());
            }
        });
        String queue = spec.path("queue").asText("");
        JsonNode topology = spec.path("networkTopology");
        // Without a mode it is a hard one; the tightest tier is 1.
        boolean hard = topology.path("mode").asText("hard").equals("hard");
        Terms.Place place = place(topology);
        Terms terms = new Terms(minimum)
                .withRoles(roles)
                .withPriority(Terms.Priority.of(
                        Terms.Priority.CLASS, spec.path("priorityClassName").asText("")))
                // Its own objects are all of the queue default where nobody says anything.
                .withQueue(queue.equals("default") ? "" : queue)
                .within(
                        hard ? place : null,
                        hard ? null : place == null && topology.isObject() ? new Terms.Place("", 1) : place)
                .unless(spec.path("subGroupPolicy").isEmpty(), "subGroupPolicy");
        return Map.of(object.path("metadata").path("name").asText(), terms);
    }

    private static Terms.@Nullable Place place(JsonNode topology) {
        int tier = topology.path("highestTierAllowed").asInt(0);
        return tier > 0
                ? new Terms.Place("", tier)
                : Terms.Place.labelled(topology.path("highestTierName").asText(""));
    }
}
