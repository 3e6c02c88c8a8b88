package io.kumiki.extender.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `spec.schedulingGroup` and scheduling.k8s.io PodGroup, Kubernetes 1.36 and later.
final class NativePodGroups implements Format {
    @Override
    public String name() {
        return "podgroup";
    }

    @Override
    public boolean isNative() {
        return true;
    }

    @Override
    public List<String> lists() {
        // 1.37 serves the same objects in two versions, 1.36 in one.
        return List.of(
                "/apis/scheduling.k8s.io/v1beta1/podgroups",
                "/apis/scheduling.k8s.io/v1alpha3/podgroups",
                "/apis/scheduling.k8s.io/v1alpha2/podgroups");
    }

    @Override
    public @Nullable Membership membership(JsonNode pod) {
        String group =
                pod.path("spec").path("schedulingGroup").path("podGroupName").asText("");
        return group.isEmpty() ? null : new Membership(this, group, group, "", 0);
    }

    @Override
    public Map<String, Terms> declared(JsonNode object) {
        JsonNode spec = object.path("spec");
        int minimum = Format.minimum(spec.path("schedulingPolicy"));
        if (minimum <= 0) {
            return Map.of();
        }
        String parent = spec.path("parentCompositePodGroupName").asText("");
        JsonNode topology = spec.path("schedulingConstraints").path("topology");
        Terms terms = new Terms(minimum)
                .withPriority(Terms.Priority.of(
                        Terms.Priority.CLASS, spec.path("priorityClassName").asText("")))
                .within(Terms.Place.labelled(topology.path(0).path("key").asText("")), null)
                .unless(topology.size() <= 1, "more than one topology constraint")
                .unless(
                        !spec.path("schedulingPolicy").has("gang") || !isSingle(spec.path("disruptionMode")),
                        "disruption of single pods (a gang is preempted whole)")
                .unless(parent.isEmpty(), "composite group " + parent + " (each of its groups starts by itself)")
                .unless(spec.path("resourceClaims").isEmpty(), "resourceClaims of the group")
                .unless(!spec.path("preemptionPolicy").asText("").equals("Never"), "preemptionPolicy Never");
        return Map.of(object.path("metadata").path("name").asText(), terms);
    }

    /// A word in 1.36, one of two objects from 1.37 on; the API server writes it where nobody says anything.
    private static boolean isSingle(JsonNode disruption) {
        return disruption.asText("").equals("Pod") || disruption.has("single");
    }
}
