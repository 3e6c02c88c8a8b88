package io.kumiki.extender.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.scheduling.Amounts;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import java.util.HashMap;
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
        members.put(
                "wave",
                pod.path("metadata")
                        .path("annotations")
                        .path("kumiki.io/gang-wave")
                        .asInt(0));
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

    /// Throws [IllegalArgumentException] where the pod is not of a form that the API server takes.
    public static Gang.Members single(JsonNode pod) {
        ObjectNode members = Json.object();
        members(members, "pod", 1, 1, pod);
        try {
            return Json.mapper().treeToValue(members, Gang.Members.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
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
