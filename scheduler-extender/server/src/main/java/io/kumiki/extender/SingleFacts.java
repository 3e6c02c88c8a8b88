package io.kumiki.extender;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.admission.AnnotationForms;
import io.kumiki.extender.admission.Marks;
import io.kumiki.extender.admission.Pin;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.extender.admission.PodShape;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Event;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Pods that belong to no gang as the planner's facts.
final class SingleFacts {
    private SingleFacts() {}

    /// Null where the pod is none that the planner places by itself: it is a member, is bound, has ended, or was left
    /// to the scheduler.
    ///
    /// @param fact the pod as {@link Facts#pod} tells it
    static @Nullable SingleFact single(JsonNode pod, PodFact fact) {
        JsonNode metadata = pod.path("metadata");
        JsonNode annotations = metadata.path("annotations");
        boolean waits = Facts.gated(pod, Marks.QUEUE);
        String claim = annotations.path(Marks.CLAIM).asText("");
        boolean led = !claim.isEmpty() && fact.requests().containsKey(Marks.PLAN);
        String pin = waits || led || claim.isEmpty() ? "" : PodShape.pin(pod);
        if (fact.member() != null
                || !fact.node().isEmpty()
                || fact.stage() == PodFact.Stage.SUCCEEDED
                || fact.stage() == PodFact.Stage.FAILED
                || (!waits && !led && pin.isEmpty())
                || !Shape.asksForDevices(fact.requests())) {
            return null;
        }
        try {
            Shape.check(fact.requests());
        } catch (IllegalArgumentException e) {
            return null;
        }
        Gang.Members shape = PodShape.single(pod, fact.requests());
        return new SingleFact(
                fact,
                led ? mounting(shape, PodShape.claims(pod)) : shape,
                pod.path("spec").path("priority").asInt(0),
                Facts.created(metadata),
                AnnotationForms.expected(annotations),
                claim,
                pin,
                pod.path("spec").path("schedulingGates").size() > (waits ? 1 : 0),
                List.of("ReplicaSet", "StatefulSet", "ReplicationController")
                        .contains(PodAdmission.controller(pod).path("kind").asText("")),
                annotations.path(Marks.WHY).asText(""),
                because(annotations.path(Marks.BECAUSE).asText("")),
                led);
    }

    private static Gang.Members mounting(Gang.Members shape, Set<String> claims) {
        return new Gang.Members(
                shape.name(),
                shape.min(),
                shape.max(),
                shape.wave(),
                shape.requests(),
                shape.nodeSelector(),
                shape.nodeTerms(),
                shape.tolerations(),
                claims.isEmpty() ? null : List.copyOf(claims),
                shape.charged());
    }

    /// Null where nothing that can be read stands there.
    private static @Nullable List<Gang.Because> because(String json) {
        try {
            return json.isEmpty() ? null : List.of(Json.mapper().readValue(json, Gang.Because[].class));
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /// Null where the pod holds no devices, or is a gang's.
    static @Nullable RunFact run(JsonNode pod, PodFact fact) {
        if (fact.member() != null
                || fact.node().isEmpty()
                || fact.stage() == PodFact.Stage.SUCCEEDED
                || fact.stage() == PodFact.Stage.FAILED
                || !Shape.asksForDevices(fact.requests())) {
            return null;
        }
        JsonNode metadata = pod.path("metadata");
        JsonNode annotations = metadata.path("annotations");
        long created = Facts.created(metadata);
        Instant saved = AnnotationForms.saved(annotations);
        Long started = second(pod.path("status").path("startTime").asText(""));
        return new RunFact(
                fact.uid(),
                pod.path("spec").path("priority").asInt(0),
                created,
                started == null ? created : started,
                AnnotationForms.expected(annotations),
                saved == null ? null : Long.valueOf(saved.getEpochSecond()),
                AnnotationForms.restart(annotations),
                movable(pod));
    }

    /// Null where it stays where it is: its owner did not say otherwise, nobody makes it anew elsewhere, or where it
    /// may be is known to the scheduler alone.
    private static RunFact.@Nullable Movable movable(JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        if (!metadata.path("annotations").path(Marks.MOVABLE).asText("").equals("true")
                || !isMadeAnew(pod)
                || PodShape.unmodelled(pod) != null) {
            return null;
        }
        String pin = metadata.path("annotations").has(Marks.CLAIM) ? PodShape.pin(pod) : "";
        ObjectNode loose = Json.object();
        ObjectNode spec =
                loose.putObject("spec").setAll((ObjectNode) pod.path("spec").deepCopy());
        JsonNode affinity = pin.isEmpty() ? spec.path("affinity") : Pin.off(pin, spec.path("affinity"));
        if (affinity == null || affinity.isEmpty()) {
            spec.remove("affinity");
        } else {
            spec.set("affinity", affinity);
        }
        return new RunFact.Movable(
                PodAdmission.controller(pod).path("uid").asText(""),
                PodShape.single(loose),
                Facts.texts(metadata.path("labels")));
    }

    private static boolean isMadeAnew(JsonNode pod) {
        return List.of("ReplicaSet", "StatefulSet", "ReplicationController", "Job")
                .contains(PodAdmission.controller(pod).path("kind").asText());
    }

    private static @Nullable Long second(String time) {
        try {
            return time.isEmpty() ? null : Long.valueOf(Facts.second(time));
        } catch (DateTimeException e) {
            return null;
        }
    }

    /// Whose a single pod is.
    static Event.GangOrigin podOrigin(JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        JsonNode controller = PodAdmission.controller(pod);
        String image = pod.path("spec").path("containers").path(0).path("image").asText("");
        int digest = image.indexOf('@');
        return Event.GangOrigin.ofPod(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                new Origin(
                        controller.path("kind").asText(""),
                        controller.path("name").asText(""),
                        metadata.path("annotations").path(Facts.USER).asText(""),
                        digest < 0 ? image : image.substring(0, digest)));
    }

    /// Priority of an ordinary pod that is made anew elsewhere when it is evicted; null for any other: one of the
    /// cluster itself, one that nobody makes anew, one with devices.
    static @Nullable Integer yields(JsonNode pod, PodFact fact) {
        boolean mirror = pod.path("metadata").path("annotations").has("kubernetes.io/config.mirror");
        return isMadeAnew(pod)
                        && !mirror
                        && fact.member() == null
                        && !PodAdmission.SYSTEM.contains(fact.namespace())
                        && !Shape.asksForDevices(fact.requests())
                ? Integer.valueOf(pod.path("spec").path("priority").asInt(0))
                : null;
    }

    /// Uid of the DaemonSet that made the pod, empty where none did. Thousands of pods share one text.
    static String daemonOf(JsonNode pod) {
        JsonNode controller = PodAdmission.controller(pod);
        return controller.path("kind").asText().equals("DaemonSet")
                ? controller.path("uid").asText().intern()
                : "";
    }
}
