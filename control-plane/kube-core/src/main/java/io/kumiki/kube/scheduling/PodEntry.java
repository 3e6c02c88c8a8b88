package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A pod as the scheduler keeps it: small, and without the object itself, so that 100,000 of them cost little.
///
/// @param claims the persistent volume claims it uses, by name
public record PodEntry(Id id, Map<String, String> labels, PodShape shape, List<Claim> claims, Marks marks) {
    public record Id(String uid, String namespace, String name) {}

    /// @param ephemeral made for this pod from its own template
    record Claim(String name, boolean ephemeral) {}

    /// What the rest of the object says.
    ///
    /// @param preempted a preemption ended it
    /// @param started `null` before its node agent saw it
    /// @param nominated the node that is being cleared for it, or empty
    /// @param said what its condition PodScheduled says: reason and message
    /// @param poke changes when its annotations do
    record Marks(
            boolean terminating,
            boolean preempted,
            @Nullable Instant started,
            String nominated,
            String said,
            int poke) {}

    static PodEntry read(JsonNode pod, PodShape.Known shapes) {
        JsonNode metadata = pod.path("metadata");
        JsonNode status = pod.path("status");
        Map<String, String> labels = new HashMap<>();
        metadata.path("labels")
                .properties()
                .forEach(entry -> labels.put(entry.getKey(), entry.getValue().asText()));
        String namespace = metadata.path("namespace").asText();
        String name = metadata.path("name").asText();
        boolean terminating = metadata.has("deletionTimestamp");
        String said = "";
        boolean preempted = false;
        for (JsonNode condition : status.path("conditions")) {
            String reason = condition.path("reason").asText("");
            switch (condition.path("type").asText()) {
                case "PodScheduled" ->
                    said = said(reason, condition.path("message").asText(""));
                case "DisruptionTarget" -> preempted = reason.equals("PreemptionByScheduler");
                default -> {}
            }
        }
        Marks marks = new Marks(
                terminating,
                terminating && preempted,
                time(status.path("startTime").asText("")),
                status.path("nominatedNodeName").asText(""),
                said,
                metadata.path("annotations").hashCode());
        return new PodEntry(
                new Id(metadata.path("uid").asText(), namespace, name),
                Map.copyOf(labels),
                shapes.of(pod.path("spec"), namespace, labels),
                claims(pod.path("spec").path("volumes"), name),
                marks);
    }

    static String said(String reason, String message) {
        return reason + ": " + message;
    }

    private static List<Claim> claims(JsonNode volumes, String pod) {
        List<Claim> claims = new ArrayList<>();
        for (JsonNode volume : volumes) {
            if (volume.has("persistentVolumeClaim")) {
                claims.add(new Claim(
                        volume.path("persistentVolumeClaim").path("claimName").asText(), false));
            } else if (volume.has("ephemeral")) {
                claims.add(new Claim(pod + "-" + volume.path("name").asText(), true));
            }
        }
        return List.copyOf(claims);
    }

    private static @Nullable Instant time(String text) {
        try {
            return text.isEmpty() ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    public String uid() {
        return id.uid;
    }

    public String namespace() {
        return id.namespace;
    }

    public String name() {
        return id.name;
    }

    public int priority() {
        return shape.priority;
    }

    /// The node that is being cleared for it, or empty.
    public String nominatedNode() {
        return marks.nominated;
    }

    /// Whether its condition says this already.
    public boolean says(String reason, String message) {
        return marks.said.equals(said(reason, message));
    }

    PodEntry nominatedTo(String node) {
        return new PodEntry(
                id,
                labels,
                shape,
                claims,
                new Marks(marks.terminating, marks.preempted, marks.started, node, marks.said, marks.poke));
    }

    boolean uses(PodEntry other) {
        return id.namespace.equals(other.id.namespace)
                && claims.stream()
                        .anyMatch(mine -> other.claims.stream().anyMatch(theirs -> theirs.name.equals(mine.name)));
    }
}
