package io.kumiki.extender.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Kueue's groups of plain pods: they say everything themselves.
final class Kueue implements Format {
    private static final String PREFIX = "kueue.x-k8s.io/";
    private static final int MOST = 5000;

    @Override
    public String name() {
        return "kueue";
    }

    @Override
    public List<String> lists() {
        return List.of();
    }

    @Override
    public @Nullable Membership membership(JsonNode pod) {
        String group = pod.path("metadata")
                .path("labels")
                .path(PREFIX + "pod-group-name")
                .asText("");
        String size = pod.path("metadata")
                .path("annotations")
                .path(PREFIX + "pod-group-total-count")
                .asText("");
        return group.isEmpty()
                ? null
                : new Membership(
                        this,
                        group,
                        group,
                        "",
                        size.matches("[1-9][0-9]{0,3}") ? Math.min(MOST, Integer.parseInt(size)) : 0);
    }

    @Override
    public Map<String, Terms> declared(JsonNode object) {
        return Map.of();
    }

    @Override
    public Terms said(JsonNode pod) {
        JsonNode labels = pod.path("metadata").path("labels");
        JsonNode annotations = pod.path("metadata").path("annotations");
        return Terms.NONE
                .withPriority(Terms.Priority.of(
                        Terms.Priority.WORKLOAD_CLASS,
                        labels.path(PREFIX + "priority-class").asText("")))
                .withQueue(labels.path(PREFIX + "queue-name").asText(""))
                .within(
                        Terms.Place.labelled(annotations
                                .path(PREFIX + "podset-required-topology")
                                .asText("")),
                        Terms.Place.labelled(annotations
                                .path(PREFIX + "podset-preferred-topology")
                                .asText("")))
                .unless(!annotations.has(PREFIX + "podset-slice-required-topology"), "podset-slice-required-topology")
                .unless(!annotations.has(PREFIX + "podset-group-name"), "podset-group-name");
    }
}
