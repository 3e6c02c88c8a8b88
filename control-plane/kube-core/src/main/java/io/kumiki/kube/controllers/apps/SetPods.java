package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.OwnPods;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.model.Json;
import java.util.Locale;

/// The pods a StatefulSet makes: of its earlier revision below the partition, of the new one above.
record SetPods(ObjectNode set, ObjectNode current, ObjectNode update) {
    boolean updated(PodView pod) {
        return History.hash(update).equals(pod.stored().label(History.HASH));
    }

    boolean isCurrent(PodView pod) {
        return History.hash(current).equals(pod.stored().label(History.HASH));
    }

    private ObjectNode revision(int ordinal) {
        JsonNode strategy = set.path("spec").path("updateStrategy");
        int start = set.path("spec").path("ordinals").path("start").asInt();
        JsonNode rolling = strategy.path("rollingUpdate");
        if (rolling.isObject()) {
            return ordinal < start + rolling.path("partition").asInt() ? current : update;
        }
        boolean early = strategy.path("type").asText().equals("RollingUpdate")
                && ordinal < start + set.path("status").path("currentReplicas").asInt();
        return early ? current : update;
    }

    Action create(int ordinal) {
        ObjectNode revision = revision(ordinal);
        ObjectNode pod = Meta.pod(set, History.template(revision));
        String name = Meta.name(set) + "-" + ordinal;
        ObjectNode metadata = (ObjectNode) pod.get("metadata");
        metadata.put("name", name).put("generateName", Meta.name(set) + "-");
        metadata.withObject("/labels")
                .put("statefulset.kubernetes.io/pod-name", name)
                .put("apps.kubernetes.io/pod-index", Integer.toString(ordinal))
                .put(History.HASH, History.hash(revision));
        ObjectNode spec = (ObjectNode) pod.get("spec");
        spec.put("hostname", name);
        String service = set.path("spec").path("serviceName").asText("");
        if (!service.isEmpty()) {
            spec.put("subdomain", service);
        }
        volumes(spec, ordinal);
        return own().create(pod, told("Create", name));
    }

    Action delete(PodView pod) {
        return own().delete(pod, told("Delete", pod.name()));
    }

    private OwnPods own() {
        return new OwnPods(set, StatefulSetReconciler.COMPONENT);
    }

    private Action.Story told(String what, String name) {
        String verb = what.toLowerCase(Locale.ROOT);
        String of = " in StatefulSet " + Meta.name(set);
        return own().told(
                        "Successful" + what,
                        verb + " Pod %s" + of + " successful",
                        "Failed" + what,
                        verb + " Pod " + name + of + " failed error: %s");
    }

    private void volumes(ObjectNode spec, int ordinal) {
        JsonNode templates = set.path("spec").path("volumeClaimTemplates");
        if (templates.isEmpty()) {
            return;
        }
        ArrayNode volumes = Json.array();
        java.util.Set<String> names = new java.util.HashSet<>();
        for (JsonNode template : templates) {
            String name = template.path("metadata").path("name").asText();
            names.add(name);
            volumes.addObject()
                    .put("name", name)
                    .putObject("persistentVolumeClaim")
                    .put("claimName", SetClaims.name(set, name, ordinal));
        }
        for (JsonNode volume : spec.path("volumes")) {
            if (!names.contains(volume.path("name").asText())) {
                volumes.add(volume);
            }
        }
        spec.set("volumes", volumes);
    }
}
