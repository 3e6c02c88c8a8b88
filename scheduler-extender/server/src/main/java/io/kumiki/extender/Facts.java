package io.kumiki.extender;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.extender.admission.Marks;
import io.kumiki.extender.admission.PodShape;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Event;
import io.kumiki.planner.fact.BudgetFact;
import io.kumiki.planner.fact.DaemonFact;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.Shape;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Kubernetes objects as the planner's facts.
final class Facts {
    static final String GANG = Marks.GANG;
    static final String CLASS = Marks.CLASS;
    static final String RESERVATION = Marks.RESERVATION;
    static final String ONLY_CLASS = Marks.ONLY_CLASS;
    static final String USER = "kumiki.io/user";
    static final String IMAGE = "kumiki.io/image";

    /// What the DaemonSet controller lets its pods tolerate beside what their template says.
    private static final List<Gang.Toleration> OF_DAEMONS = List.of(
            tolerates("node.kubernetes.io/not-ready", "NoExecute"),
            tolerates("node.kubernetes.io/unreachable", "NoExecute"),
            tolerates("node.kubernetes.io/disk-pressure", "NoSchedule"),
            tolerates("node.kubernetes.io/memory-pressure", "NoSchedule"),
            tolerates("node.kubernetes.io/pid-pressure", "NoSchedule"),
            tolerates("node.kubernetes.io/unschedulable", "NoSchedule"));

    private static final Pattern SECOND = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T(?:[01]\\d|2[0-3]):\\d{2}:[0-5]\\dZ");

    private Facts() {}

    static NodeFact node(JsonNode node) {
        boolean ready = false;
        for (JsonNode condition : node.path("status").path("conditions")) {
            ready |= condition.path("type").asText().equals("Ready")
                    && condition.path("status").asText().equals("True");
        }
        List<NodeFact.Taint> taints = new ArrayList<>();
        for (JsonNode taint : node.path("spec").path("taints")) {
            taints.add(new NodeFact.Taint(
                    taint.path("key").asText(),
                    taint.path("value").asText(""),
                    taint.path("effect").asText()));
        }
        return new NodeFact(
                node.path("metadata").path("name").asText(),
                ready
                        && !node.path("spec").path("unschedulable").asBoolean()
                        && !node.path("metadata").has("deletionTimestamp"),
                texts(node.path("metadata").path("labels")),
                taints,
                found(texts(node.path("status").path("allocatable"))),
                ready,
                unhealthy(node.path("status")));
    }

    private static Map<String, Long> found(Map<String, String> quantities) {
        var amounts = new TreeMap<String, Long>();
        quantities.forEach((resource, text) -> amounts.put(resource, Shape.found(resource, text, Shape.MOST)));
        return amounts;
    }

    private static Gang.Toleration tolerates(String taint, String effect) {
        return new Gang.Toleration(taint, "Exists", null, effect);
    }

    static DaemonFact daemon(JsonNode set) {
        JsonNode metadata = set.path("metadata");
        JsonNode template = set.path("spec").path("template");
        Gang.Members given = PodShape.single(template);
        List<Gang.Toleration> tolerations = new ArrayList<>(OF_DAEMONS);
        if (given.tolerations() != null) {
            tolerations.addAll(given.tolerations());
        }
        if (template.path("spec").path("hostNetwork").asBoolean()) {
            tolerations.add(tolerates("node.kubernetes.io/network-unavailable", "NoSchedule"));
        }
        return new DaemonFact(
                metadata.path("uid").asText(),
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                new Gang.Members(
                        given.name(),
                        1,
                        1,
                        0,
                        given.requests(),
                        given.nodeSelector(),
                        given.nodeTerms(),
                        List.copyOf(tolerations)));
    }

    /// Null where it selects no pod.
    static @Nullable BudgetFact budget(JsonNode budget) {
        JsonNode metadata = budget.path("metadata");
        JsonNode selector = budget.path("spec").path("selector");
        if (!selector.isObject()) {
            return null;
        }
        List<Gang.Requirement> all = new ArrayList<>();
        texts(selector.path("matchLabels"))
                .forEach((key, value) -> all.add(new Gang.Requirement(key, "In", List.of(value))));
        for (JsonNode one : selector.path("matchExpressions")) {
            List<String> values = new ArrayList<>();
            one.path("values").forEach(value -> values.add(value.asText()));
            all.add(new Gang.Requirement(
                    one.path("key").asText(), one.path("operator").asText(), values));
        }
        return new BudgetFact(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                all,
                budget.path("status").path("disruptionsAllowed").asInt(0));
    }

    private static int unhealthy(JsonNode status) {
        int missing = 0;
        for (String resource : Shape.GPUS) {
            missing += Math.max(
                    0,
                    status.path("capacity").path(resource).asInt()
                            - status.path("allocatable").path(resource).asInt());
        }
        return missing;
    }

    static Map<String, String> texts(JsonNode object) {
        var texts = new TreeMap<String, String>();
        object.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
        return texts;
    }

    static PodFact pod(JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        JsonNode status = pod.path("status");
        JsonNode annotations = metadata.path("annotations");
        Map<String, Long> requests = Shape.found(PodShape.requests(pod));
        boolean vetoed = false;
        for (JsonNode condition : status.path("conditions")) {
            vetoed |= condition.path("type").asText().equals("PodScheduled")
                    && condition.path("status").asText().equals("False")
                    && condition.path("reason").asText().equals("Unschedulable");
        }
        return new PodFact(
                metadata.path("uid").asText(),
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                metadata.path("resourceVersion").asText(),
                pod.path("spec").path("nodeName").asText(""),
                stage(status.path("phase").asText("")),
                metadata.has("deletionTimestamp"),
                gated(pod) || gated(pod, Marks.QUEUE),
                vetoed,
                controller(metadata),
                requests,
                member(metadata, pod, requests),
                annotations.path(Marks.DEVICES).asText(""));
    }

    private static PodFact.Stage stage(String phase) {
        return switch (phase) {
            case "Succeeded" -> PodFact.Stage.SUCCEEDED;
            case "Failed" -> PodFact.Stage.FAILED;
            case "Running" -> PodFact.Stage.RUNNING;
            default -> PodFact.Stage.PENDING;
        };
    }

    static boolean gated(JsonNode pod) {
        return gated(pod, GANG);
    }

    static boolean gated(JsonNode pod, String name) {
        for (JsonNode gate : pod.path("spec").path("schedulingGates")) {
            if (gate.path("name").asText().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /// Members of another system's group may have several controllers: the group stands for them.
    static String controller(JsonNode metadata) {
        String group = metadata.path("annotations").path(Marks.GROUP).asText("");
        if (!group.isEmpty()) {
            return "group " + group;
        }
        for (JsonNode owner : metadata.path("ownerReferences")) {
            if (owner.path("controller").asBoolean()) {
                return owner.path("uid").asText();
            }
        }
        return "";
    }

    static long created(JsonNode metadata) {
        return second(metadata.path("creationTimestamp").asText("1970-01-01T00:00:00Z"));
    }

    /// Of a time in RFC 3339. The API server writes 2026-11-30T08:45:00Z, and a formatter would take a tenth of what a
    /// pod costs. Throws [java.time.DateTimeException] where the text is none.
    static long second(String time) {
        if (!SECOND.matcher(time).matches()) {
            return Instant.parse(time).getEpochSecond();
        }
        long days = LocalDate.of(number(time, 0, 4), number(time, 5, 7), number(time, 8, 10))
                .toEpochDay();
        LocalTime of = LocalTime.of(number(time, 11, 13), number(time, 14, 16), number(time, 17, 19));
        return days * 86_400 + of.toSecondOfDay();
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    private static PodFact.@Nullable Member member(JsonNode metadata, JsonNode pod, Map<String, Long> requests) {
        String gang = metadata.path("labels").path(GANG).asText("");
        if (gang.isEmpty() || pod.path("spec").has("schedulingGroup")) {
            return null;
        }
        JsonNode annotations = metadata.path("annotations");
        return new PodFact.Member(
                gang,
                metadata.path("labels").path(CLASS).asText(ONLY_CLASS),
                index(annotations),
                annotations.path(RESERVATION).asText(""),
                requests.getOrDefault(Marks.PLAN, 0L) > 0,
                texts(metadata.path("labels")));
    }

    private static int index(JsonNode annotations) {
        for (String name : List.of(Marks.SLOT, "batch.kubernetes.io/job-completion-index")) {
            String text = annotations.path(name).asText("");
            if (text.matches("[0-9]{1,5}")) {
                return Integer.parseInt(text);
            }
        }
        return -1;
    }

    /// Whose it is: its controller, and what the annotations of its pods say of user and image.
    static Event.GangOrigin origin(JsonNode gang) {
        JsonNode metadata = gang.path("metadata");
        String kind = "";
        String owner = "";
        for (JsonNode reference : metadata.path("ownerReferences")) {
            if (reference.path("controller").asBoolean()) {
                kind = reference.path("kind").asText("");
                owner = reference.path("name").asText("");
            }
        }
        JsonNode annotations = metadata.path("annotations");
        return new Event.GangOrigin(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                new Origin(
                        kind,
                        owner,
                        annotations.path(USER).asText(""),
                        annotations.path(IMAGE).asText("")));
    }

    /// Throws [IllegalArgumentException] where the object is not what its definition says.
    static GangFact gang(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        try {
            Gang gang = Json.mapper().treeToValue(object, Gang.class);
            Gang.Spec spec = gang.getSpec();
            if (spec == null) {
                throw new IllegalArgumentException("a Gang without spec");
            }
            return new GangFact(
                    metadata.path("namespace").asText(),
                    metadata.path("name").asText(),
                    metadata.path("uid").asText(),
                    metadata.path("resourceVersion").asText(),
                    created(metadata),
                    controller(metadata),
                    spec,
                    gang.getStatus());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }
}
