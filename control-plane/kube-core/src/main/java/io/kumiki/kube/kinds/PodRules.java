package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What makes a pod a good one, and which of its fields may still change.
final class PodRules implements KindRules {
    private static final String UNCHANGEABLE = "pod updates may not change fields other than"
            + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
            + " (only additions to existing tolerations); a pod with scheduling gates may also lose gates and gain a"
            + " nodeSelector and node affinity";

    @Override
    public void complete(ObjectNode pod, @Nullable ObjectNode old) {
        PodDefaults.fill(pod.withObject("/spec"));
        ObjectNode status = pod.withObject("/status");
        if (status.path("phase").asText("").isEmpty()) {
            status.put("phase", "Pending");
        }
        if (old == null) {
            status.put("qosClass", quality(pod.path("spec")));
        }
    }

    @Override
    public void initialStatus(ObjectNode pod) {
        ObjectNode status = Json.object().put("phase", "Pending");
        pod.set("status", status);
        if (!pod.path("spec").path("schedulingGates").isEmpty()) {
            status.putArray("conditions")
                    .addObject()
                    .put("type", "PodScheduled")
                    .put("status", "False")
                    .put(
                            "lastTransitionTime",
                            pod.path("metadata").path("creationTimestamp").asText())
                    .put("reason", "SchedulingGated")
                    .put("message", "Scheduling is blocked due to non-empty scheduling gates");
        }
    }

    private static String quality(JsonNode spec) {
        boolean any = false;
        boolean whole = true;
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : spec.path(list)) {
                JsonNode requests = container.path("resources").path("requests");
                JsonNode limits = container.path("resources").path("limits");
                for (String resource : List.of("cpu", "memory")) {
                    any |= requests.has(resource) || limits.has(resource);
                    whole &= limits.has(resource) && limits.get(resource).equals(requests.path(resource));
                }
            }
        }
        return !any ? "BestEffort" : whole ? "Guaranteed" : "Burstable";
    }

    @Override
    public void validate(ObjectNode pod, @Nullable ObjectNode old, List<Violation> violations) {
        JsonNode spec = pod.path("spec");
        if (old != null) {
            unchanged(spec, old.path("spec"), violations);
            return;
        }
        spec(spec, "spec", violations);
    }

    /// @param at where the pod's spec is in its document
    static void spec(JsonNode spec, String at, List<Violation> violations) {
        if (spec.path("containers").isEmpty()) {
            violations.add(Names.required(at + ".containers", ""));
        }
        oneOf(spec, at, "restartPolicy", List.of("Always", "OnFailure", "Never"), violations);
        oneOf(spec, at, "dnsPolicy", List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"), violations);
        if (spec.path("terminationGracePeriodSeconds").asLong() < 0) {
            violations.add(Names.invalid(
                    at + ".terminationGracePeriodSeconds",
                    spec.path("terminationGracePeriodSeconds").asText(),
                    "must be greater than or equal to 0"));
        }
        Set<String> volumes = new HashSet<>();
        int index = 0;
        for (JsonNode volume : spec.path("volumes")) {
            String path = at + ".volumes[" + index++ + "]";
            name(volume, path, volumes, violations);
            sources(volume, path, violations);
        }
        containers(spec, at, volumes, violations);
        PlacementRules.check(spec, at, violations);
    }

    private static void sources(JsonNode volume, String path, List<Violation> violations) {
        if (volume.size() < 2) {
            violations.add(Names.required(path, "must specify a volume type"));
        }
        boolean first = true;
        for (var each : volume.properties()) {
            if (each.getKey().equals("name")) {
                continue;
            }
            if (!first) {
                violations.add(Names.forbidden(path + "." + each.getKey(), "may not specify more than 1 volume type"));
            }
            first = false;
        }
    }

    private static void containers(JsonNode spec, String at, Set<String> volumes, List<Violation> violations) {
        Set<String> names = new HashSet<>();
        for (String list : List.of("initContainers", "containers")) {
            ContainerRules.check(spec.path(list), at + "." + list, names, volumes, violations);
        }
    }

    private static void oneOf(JsonNode spec, String at, String field, List<String> values, List<Violation> violations) {
        if (!values.contains(spec.path(field).asText())) {
            violations.add(Names.unsupported(at + "." + field, spec.path(field).asText(), values));
        }
    }

    static void name(JsonNode item, String path, Set<String> names, List<Violation> violations) {
        String name = item.path("name").asText("");
        if (name.isEmpty()) {
            violations.add(Names.required(path + ".name", ""));
        } else if (!Names.label(name)) {
            violations.add(Names.invalid(
                    path + ".name",
                    name,
                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-',"
                            + " and must start and end with an alphanumeric character, at most 63 characters"));
        } else if (!names.add(name)) {
            violations.add(new Violation(path + ".name", "FieldValueDuplicate", "Duplicate value: \"" + name + "\""));
        }
    }

    private static void unchanged(JsonNode spec, JsonNode old, List<Violation> violations) {
        ObjectNode now = spec.deepCopy();
        ObjectNode before = old.deepCopy();
        boolean gated = !old.path("schedulingGates").isEmpty();
        boolean unplaced = old.path("nodeName").asText("").isEmpty();
        for (ObjectNode each : List.of(now, before)) {
            each.remove(List.of(
                    "activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates"));
            if (gated) {
                each.remove(List.of("nodeSelector", "affinity"));
            }
            if (unplaced) {
                each.remove("nodeName");
            }
            for (String list : List.of("containers", "initContainers")) {
                each.path(list).forEach(container -> ((ObjectNode) container).remove("image"));
            }
        }
        boolean counted = true;
        for (String list : List.of("containers", "initContainers")) {
            if (now.path(list).size() != before.path(list).size()) {
                violations.add(Names.forbidden("spec." + list, "pod updates may not add or remove containers"));
                counted = false;
            }
        }
        if (counted && !now.equals(before)) {
            violations.add(Names.forbidden("spec", UNCHANGEABLE));
        }
        deadline(spec.path("activeDeadlineSeconds"), old.path("activeDeadlineSeconds"), violations);
        int index = 0;
        for (JsonNode gate : spec.path("schedulingGates")) {
            String at = "spec.schedulingGates[" + index++ + "].name";
            if (!among(Json.array().add(gate), old.path("schedulingGates"))) {
                violations.add(Names.forbidden(at, "only deletion is allowed"));
            }
        }
        if (!among(old.path("tolerations"), spec.path("tolerations"))) {
            violations.add(Names.forbidden(
                    "spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
        }
    }

    private static void deadline(JsonNode now, JsonNode before, List<Violation> violations) {
        if (before.isNumber() && (!now.isNumber() || now.asLong() > before.asLong())) {
            violations.add(Names.invalid(
                    "spec.activeDeadlineSeconds", now.asText("nil"), "must be less than or equal to previous value"));
        }
    }

    private static boolean among(JsonNode some, JsonNode all) {
        for (JsonNode each : some) {
            boolean found = false;
            for (JsonNode other : all) {
                found |= other.equals(each);
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }
}
