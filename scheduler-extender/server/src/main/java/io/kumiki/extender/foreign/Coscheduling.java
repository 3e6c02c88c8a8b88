package io.kumiki.extender.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// scheduling.x-k8s.io PodGroup of the scheduler plugins.
final class Coscheduling implements Format {
    @Override
    public String name() {
        return "coscheduling";
    }

    @Override
    public List<String> lists() {
        return List.of("/apis/scheduling.x-k8s.io/v1alpha1/podgroups");
    }

    @Override
    public @Nullable Membership membership(JsonNode pod) {
        String group = Format.first(
                pod.path("metadata").path("labels"),
                "scheduling.x-k8s.io/pod-group",
                "pod-group.scheduling.sigs.k8s.io");
        return group.isEmpty() ? null : new Membership(this, group, group, "", 0);
    }

    @Override
    public Map<String, Terms> declared(JsonNode object) {
        int minimum = object.path("spec").path("minMember").asInt(0);
        return minimum <= 0
                ? Map.of()
                : Map.of(object.path("metadata").path("name").asText(), new Terms(minimum));
    }
}
