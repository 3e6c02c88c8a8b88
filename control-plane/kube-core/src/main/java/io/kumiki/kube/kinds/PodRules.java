package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What makes a pod a good one, and which of its fields may still change.
final class PodRules implements KindRules {
    private static final String UNCHANGEABLE = "pod updates may not change fields other than"
            + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
            + " (only additions to existing tolerations); a pod with scheduling gates may also lose gates and gain a"
            + " nodeSelector and node affinity";

    private static final List<String> RESTARTS = List.of("Always", "OnFailure", "Never");
    private static final List<String> SYSTEMS = List.of("linux", "windows");

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
        Place place = new Place(spec, at, violations);
        if (spec.path("containers").isEmpty()) {
            place.at("containers").required("");
        }
        Map<String, JsonNode> volumes = new HashMap<>();
        Set<String> names = new HashSet<>();
        for (Place volume : place.at("volumes").items()) {
            name(volume, names);
            VolumeRules.source(volume);
            volumes.put(volume.at("name").text(), volume.value());
        }
        ContainerRules.check(place, volumes);
        place.at("restartPolicy").oneOf(RESTARTS);
        place.at("activeDeadlineSeconds").between(1, Integer.MAX_VALUE);
        SecurityRules.pod(place);
        NetworkRules.check(place);
        PlacementRules.check(spec, at, violations);
        AffinityRules.check(place);
        gates(place);
        system(place);
    }

    private static void gates(Place spec) {
        Set<String> names = new HashSet<>();
        for (Place gate : spec.at("schedulingGates").items()) {
            Place name = gate.at("name").named(gate.path());
            name.labelKey();
            if (!names.add(name.text())) {
                name.duplicate();
            }
        }
        if (!names.isEmpty() && !spec.at("nodeName").blank()) {
            spec.at("nodeName").forbidden("cannot be set until all schedulingGates have been cleared");
        }
        for (Place gate : spec.at("readinessGates").items()) {
            gate.at("conditionType").labelKey();
        }
    }

    private static void system(Place spec) {
        Place os = spec.at("os");
        if (os.given() && os.at("name").needed()) {
            os.at("name").named(os.path()).oneOf(SYSTEMS);
        }
        for (String shared : List.of("hostPID", "hostIPC", "hostNetwork")) {
            if (os.at("name").is("windows") && spec.at(shared).value().asBoolean()) {
                spec.at(shared).forbidden("cannot be set for a windows pod");
            }
        }
    }

    static void name(Place item, Set<String> names) {
        Place name = item.at("name");
        if (!name.needed()) {
            return;
        }
        name.label();
        if (!names.add(name.text())) {
            name.duplicate();
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
