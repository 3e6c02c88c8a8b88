package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;

/// A pod as the scheduler keeps it.
record PodEntry(String uid, JsonNode pod, Amounts request) {
    static PodEntry of(JsonNode pod) {
        return new PodEntry(pod.path("metadata").path("uid").asText(), pod, Amounts.requestOf(pod.path("spec")));
    }

    String namespace() {
        return pod.path("metadata").path("namespace").asText();
    }

    JsonNode labels() {
        return pod.path("metadata").path("labels");
    }

    JsonNode spec() {
        return pod.path("spec");
    }
}
