package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.scheduling.Amounts;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a pod asks of its node.
public final class PodShape {
    /// Volumes that any node can mount.
    private static final Set<String> ANYWHERE =
            Set.of("name", "emptyDir", "configMap", "secret", "projected", "downwardAPI", "hostPath", "nfs", "image");

    private PodShape() {}

    /// CPU in milli, everything else in units.
    public static Map<String, Long> requests(JsonNode pod) {
        var requests = new HashMap<>(Amounts.requestOf(pod.path("spec")).of());
        requests.remove("pods");
        return Map.copyOf(requests);
    }

    /// The members of a class whose pods look like this one, as a Gang's spec has them.
    public static void members(ObjectNode members, String name, int min, int max, JsonNode pod) {
        members.put("name", name).put("min", min).put("max", max);
        members.put("wave", wave(pod));
        ObjectNode requests = members.putObject("requests");
        requests(pod)
                .forEach((resource, amount) ->
                        requests.put(resource, resource.equals("cpu") ? amount + "m" : amount.toString()));
        JsonNode spec = pod.path("spec");
        if (!spec.path("nodeSelector").isEmpty()) {
            members.set("nodeSelector", spec.path("nodeSelector").deepCopy());
        }
        JsonNode required = terms(spec);
        if (!required.isEmpty()) {
            ArrayNode terms = members.putArray("nodeTerms");
            for (JsonNode term : required) {
                ArrayNode expressions = terms.addObject().putArray("expressions");
                term.path("matchExpressions").forEach(expressions::add);
                term.path("matchFields").forEach(expressions::add);
            }
        }
        Gang.Charged charged = PodCharges.of(pod);
        if (charged != null) {
            members.set("charged", Json.mapper().valueToTree(charged));
        }
        ArrayNode tolerations = members.putArray("tolerations");
        for (JsonNode toleration : spec.path("tolerations")) {
            ObjectNode one = tolerations.addObject();
            for (String field : List.of("key", "operator", "value", "effect")) {
                if (toleration.has(field)) {
                    one.put(field, toleration.path(field).asText());
                }
            }
        }
    }

    /// Names of the PersistentVolumeClaims that it mounts, those that are made for it included.
    public static Set<String> claims(JsonNode pod) {
        var claims = new TreeSet<String>();
        for (JsonNode volume : pod.path("spec").path("volumes")) {
            String name = volume.path("persistentVolumeClaim").path("claimName").asText("");
            if (!name.isEmpty()) {
                claims.add(name);
            } else if (volume.has("ephemeral") && pod.path("metadata").has("name")) {
                claims.add(pod.path("metadata").path("name").asText() + "-"
                        + volume.path("name").asText());
            }
        }
        return claims;
    }

    /// The same as a value. Throws [IllegalArgumentException] where the pod is not of a form that the API server takes.
    public static Gang.Members single(JsonNode pod) {
        return single(pod, requests(pod));
    }

    /// @param asked what {@link #requests} says of it
    public static Gang.Members single(JsonNode pod, Map<String, Long> asked) {
        return single(pod, asked, PodCharges.of(pod));
    }

    /// Only what chooses its node.
    static Gang.Members uncharged(JsonNode pod) {
        return single(pod, requests(pod), null);
    }

    private static Gang.Members single(JsonNode pod, Map<String, Long> asked, Gang.@Nullable Charged charged) {
        JsonNode spec = pod.path("spec");
        Map<String, String> requests = new LinkedHashMap<>();
        asked.forEach((resource, amount) ->
                requests.put(resource, resource.equals("cpu") ? amount + "m" : amount.toString()));
        List<Gang.Toleration> tolerations = new ArrayList<>();
        for (JsonNode toleration : spec.path("tolerations")) {
            tolerations.add(new Gang.Toleration(
                    text(toleration, "key"),
                    text(toleration, "operator"),
                    text(toleration, "value"),
                    text(toleration, "effect")));
        }
        return new Gang.Members(
                "pod", 1, 1, wave(pod), requests, selector(spec), nodeTerms(spec), tolerations, null, charged);
    }

    private static @Nullable Map<String, String> selector(JsonNode spec) {
        Map<String, String> selector = new LinkedHashMap<>();
        spec.path("nodeSelector")
                .properties()
                .forEach(each -> selector.put(each.getKey(), each.getValue().asText()));
        return selector.isEmpty() ? null : selector;
    }

    private static @Nullable List<Gang.Term> nodeTerms(JsonNode spec) {
        List<Gang.Term> terms = new ArrayList<>();
        for (JsonNode term : terms(spec)) {
            List<Gang.Requirement> all = new ArrayList<>();
            for (String list : List.of("matchExpressions", "matchFields")) {
                for (JsonNode one : term.path(list)) {
                    all.add(new Gang.Requirement(wanted(one, "key"), wanted(one, "operator"), values(one)));
                }
            }
            terms.add(new Gang.Term(all));
        }
        return terms.isEmpty() ? null : terms;
    }

    private static @Nullable List<String> values(JsonNode requirement) {
        JsonNode given = requirement.path("values");
        if (given.isMissingNode() || given.isNull()) {
            return null;
        }
        List<String> values = new ArrayList<>();
        given.forEach(value -> values.add(value.asText()));
        return values;
    }

    private static String wanted(JsonNode object, String field) {
        String text = text(object, field);
        if (text == null) {
            throw new IllegalArgumentException("a node requirement without " + field);
        }
        return text;
    }

    private static @Nullable String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isMissingNode() ? null : value.asText();
    }

    private static int wave(JsonNode pod) {
        return pod.path("metadata")
                .path("annotations")
                .path("kumiki.io/gang-wave")
                .asInt(0);
    }

    private static JsonNode terms(JsonNode spec) {
        return spec.path("affinity")
                .path("nodeAffinity")
                .path("requiredDuringSchedulingIgnoredDuringExecution")
                .path("nodeSelectorTerms");
    }

    /// The one node to which every term ties the pod; empty where there is none.
    public static String pin(JsonNode pod) {
        String pin = "";
        for (JsonNode term : terms(pod.path("spec"))) {
            String here = "";
            for (JsonNode field : term.path("matchFields")) {
                if (field.path("key").asText().equals("metadata.name")
                        && field.path("operator").asText().equals("In")
                        && field.path("values").size() == 1) {
                    here = field.path("values").path(0).asText();
                }
            }
            if (here.isEmpty() || !(pin.isEmpty() || pin.equals(here))) {
                return "";
            }
            pin = here;
        }
        return pin;
    }

    /// Whether its owner lets it be pinned, and we know all that the scheduler will ask of its node.
    public static boolean pinnable(JsonNode pod) {
        return pod.path("metadata")
                        .path("annotations")
                        .path(Marks.PINNED)
                        .asText("")
                        .equals("true")
                && unmodelled(pod) == null;
    }

    /// What of the pod the scheduler looks at and the planner does not: such a pod is steered, never pinned. Null
    /// for nothing.
    public static @Nullable String unmodelled(JsonNode pod) {
        JsonNode spec = pod.path("spec");
        if (!spec.path("resourceClaims").isEmpty()) {
            return "resource claims";
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            if (!spec.path("affinity")
                    .path(kind)
                    .path("requiredDuringSchedulingIgnoredDuringExecution")
                    .isEmpty()) {
                return "required " + kind;
            }
        }
        for (JsonNode spread : spec.path("topologySpreadConstraints")) {
            if (!spread.path("whenUnsatisfiable").asText("DoNotSchedule").equals("ScheduleAnyway")) {
                return "a hard topology spread constraint";
            }
        }
        for (JsonNode volume : spec.path("volumes")) {
            for (var field : volume.properties()) {
                if (!ANYWHERE.contains(field.getKey())) {
                    return "a volume of kind " + field.getKey();
                }
            }
        }
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : spec.path(list)) {
                for (JsonNode port : container.path("ports")) {
                    if (port.path("hostPort").asInt() > 0
                            || (spec.path("hostNetwork").asBoolean()
                                    && port.path("containerPort").asInt() > 0)) {
                        return "host ports";
                    }
                }
            }
        }
        return unknownWords(spec);
    }

    private static @Nullable String unknownWords(JsonNode spec) {
        for (JsonNode toleration : spec.path("tolerations")) {
            if (!Set.of("", "Equal", "Exists")
                    .contains(toleration.path("operator").asText(""))) {
                return "the toleration operator " + toleration.path("operator").asText();
            }
        }
        for (JsonNode term : terms(spec)) {
            for (JsonNode field : term.path("matchFields")) {
                if (!field.path("key").asText().equals("metadata.name")) {
                    return "the node field " + field.path("key").asText();
                }
            }
            for (JsonNode requirement : term.path("matchExpressions")) {
                if (!Set.of("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
                        .contains(requirement.path("operator").asText())) {
                    return "the node operator " + requirement.path("operator").asText();
                }
            }
        }
        return null;
    }
}
