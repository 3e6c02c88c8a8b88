package io.kumiki.kube.kinds.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Fields;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.kube.kinds.PodTemplates;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What makes a StatefulSet a good one.
final class StatefulSetRules implements KindRules {
    private static final List<String> CHANGEABLE = List.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");

    @Override
    public void complete(ObjectNode object, @Nullable ObjectNode old) {
        ObjectNode spec = object.withObject("/spec");
        Fields.fill(spec, "podManagementPolicy", "OrderedReady");
        ObjectNode strategy = spec.withObject("/updateStrategy");
        if (strategy.path("type").asText("").isEmpty()) {
            strategy.put("type", "RollingUpdate").withObject("/rollingUpdate");
        }
        if (strategy.path("type").asText().equals("RollingUpdate")
                && strategy.path("rollingUpdate") instanceof ObjectNode rolling) {
            AppsRules.number(rolling, "partition", 0);
        }
        ObjectNode retention = spec.withObject("/persistentVolumeClaimRetentionPolicy");
        Fields.fill(retention, "whenDeleted", "Retain");
        Fields.fill(retention, "whenScaled", "Retain");
        AppsRules.number(spec, "replicas", 1);
        AppsRules.number(spec, "revisionHistoryLimit", 10);
        PodTemplates.complete(spec.path("template"));
        for (JsonNode claim : spec.path("volumeClaimTemplates")) {
            ObjectNode one = (ObjectNode) claim;
            Fields.fill(one, "apiVersion", "v1");
            Fields.fill(one, "kind", "PersistentVolumeClaim");
            Fields.fill(one.withObject("/spec"), "volumeMode", "Filesystem");
            one.set("status", Json.object().put("phase", "Pending"));
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
        Checks checks = new Checks(object, violations);
        if (!Names.label(object.path("metadata").path("name").asText())) {
            checks.add(Names.invalid(
                    "metadata.name",
                    object.path("metadata").path("name").asText(),
                    "a lowercase RFC 1123 label is wanted: pods and their host names are named after it"));
        }
        checks.oneOf("spec.podManagementPolicy", "OrderedReady", "Parallel");
        checks.oneOf("spec.updateStrategy.type", "RollingUpdate", "OnDelete");
        checks.oneOf("spec.persistentVolumeClaimRetentionPolicy.whenDeleted", "Retain", "Delete");
        checks.oneOf("spec.persistentVolumeClaimRetentionPolicy.whenScaled", "Retain", "Delete");
        checks.nonNegative(
                "spec.replicas",
                "spec.minReadySeconds",
                "spec.ordinals.start",
                "spec.revisionHistoryLimit",
                "spec.updateStrategy.rollingUpdate.partition");
        strategy(checks);
        checks.selector("spec.selector", "statefulset");
        checks.servers("spec", "StatefulSet", withClaims(object));
        if (old != null && !fixed(object).equals(fixed(old))) {
            checks.add(Names.forbidden(
                    "spec",
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
                            + " 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy'"
                            + " and 'minReadySeconds' are forbidden"));
        }
    }

    private static void strategy(Checks checks) {
        String rolling = "spec.updateStrategy.rollingUpdate";
        if (checks.at(rolling).isObject()
                && !checks.at("spec.updateStrategy.type").asText().equals("RollingUpdate")) {
            checks.invalid(rolling, checks.at(rolling), "only allowed for updateStrategy 'RollingUpdate'");
        }
        if (checks.at(rolling + ".maxUnavailable").isValueNode()) {
            checks.add(Names.forbidden(
                    rolling + ".maxUnavailable", "is an alpha feature of Kubernetes that this server does not have"));
        }
    }

    /// Its pods get a volume for each claim template, so mounts may name them.
    private static ObjectNode withClaims(ObjectNode object) {
        ObjectNode template = (ObjectNode) object.path("spec").path("template").deepCopy();
        if (object.path("spec").path("volumeClaimTemplates").isEmpty()) {
            return template;
        }
        ArrayNode volumes = Json.array();
        List<String> names = new java.util.ArrayList<>();
        for (JsonNode claim : object.path("spec").path("volumeClaimTemplates")) {
            String name = claim.path("metadata").path("name").asText();
            names.add(name);
            volumes.addObject()
                    .put("name", name)
                    .putObject("persistentVolumeClaim")
                    .put("claimName", name);
        }
        for (JsonNode volume : template.path("spec").path("volumes")) {
            if (!names.contains(volume.path("name").asText())) {
                volumes.add(volume);
            }
        }
        template.withObject("/spec").set("volumes", volumes);
        return template;
    }

    private static ObjectNode fixed(ObjectNode object) {
        ObjectNode spec = (ObjectNode) object.path("spec").deepCopy();
        spec.remove(CHANGEABLE);
        return spec;
    }

    @Override
    public void initialStatus(ObjectNode object) {
        object.set("status", Json.object().put("replicas", 0).put("availableReplicas", 0));
    }
}
