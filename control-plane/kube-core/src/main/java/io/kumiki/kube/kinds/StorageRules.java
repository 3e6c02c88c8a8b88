package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rules of claims, volumes and storage classes.
final class StorageRules {
    private static final List<String> ACCESS_MODES =
            List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
    /// Objects in a volume's spec that are not where its bytes lie.
    private static final Set<String> NO_SOURCE = Set.of("capacity", "claimRef", "nodeAffinity");

    private StorageRules() {}

    /// A claim's binder gives it its volume once, and a bound claim may ask for more.
    private static void unchanged(JsonNode spec, JsonNode old, List<Violation> violations) {
        ObjectNode now = spec.deepCopy();
        ObjectNode before = old.deepCopy();
        boolean bound = !old.path("volumeName").asText("").isEmpty();
        for (ObjectNode each : List.of(now, before)) {
            each.remove(bound ? List.of("resources", "volumeAttributesClassName") : List.of("volumeName"));
        }
        if (!now.equals(before)) {
            violations.add(Names.forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound"
                            + " claims"));
        }
    }

    static final KindRules CLAIM = new KindRules() {
        @Override
        public void complete(ObjectNode claim, @Nullable ObjectNode old) {
            Fields.fill(claim.withObject("/spec"), "volumeMode", "Filesystem");
        }

        @Override
        public void initialStatus(ObjectNode claim) {
            claim.set("status", Json.object().put("phase", "Pending"));
        }

        @Override
        public void validate(ObjectNode claim, @Nullable ObjectNode old, List<Violation> violations) {
            JsonNode spec = claim.path("spec");
            if (spec.path("accessModes").isEmpty()) {
                violations.add(Names.required("spec.accessModes", "at least 1 access mode is required"));
            }
            for (JsonNode mode : spec.path("accessModes")) {
                if (!ACCESS_MODES.contains(mode.asText())) {
                    violations.add(Names.unsupported("spec.accessModes", mode.asText(), ACCESS_MODES));
                }
            }
            if (!spec.path("resources").path("requests").has("storage")) {
                violations.add(Names.required("spec.resources[storage]", ""));
            }
            if (old != null) {
                unchanged(spec, old.path("spec"), violations);
            }
        }
    };

    static final KindRules VOLUME = new KindRules() {
        @Override
        public void complete(ObjectNode volume, @Nullable ObjectNode old) {
            Fields.fill(volume.withObject("/spec"), "volumeMode", "Filesystem");
            Fields.fill(volume.withObject("/spec"), "persistentVolumeReclaimPolicy", "Retain");
            if (volume.path("spec").path("hostPath") instanceof ObjectNode path && !path.has("type")) {
                path.put("type", "");
            }
        }

        @Override
        public void validate(ObjectNode volume, @Nullable ObjectNode old, List<Violation> violations) {
            JsonNode spec = volume.path("spec");
            if (!spec.path("capacity").has("storage")) {
                violations.add(Names.required("spec.capacity", "of storage"));
                violations.add(
                        Names.unsupported("spec.capacity", Json.write(spec.path("capacity")), List.of("storage")));
            }
            if (spec.path("accessModes").isEmpty()) {
                violations.add(Names.required("spec.accessModes", ""));
            }
            boolean sourced = spec.properties().stream()
                    .anyMatch(each -> each.getValue().isObject() && !NO_SOURCE.contains(each.getKey()));
            if (!sourced) {
                violations.add(Names.required("spec", "must specify a volume type"));
            }
        }

        @Override
        public void initialStatus(ObjectNode volume) {
            volume.set("status", Json.object().put("phase", "Available"));
        }
    };

    static final KindRules STORAGE_CLASS = new KindRules() {
        @Override
        public void complete(ObjectNode storage, @Nullable ObjectNode old) {
            Fields.fill(storage, "reclaimPolicy", "Delete");
            Fields.fill(storage, "volumeBindingMode", "Immediate");
        }

        @Override
        public void validate(ObjectNode storage, @Nullable ObjectNode old, List<Violation> violations) {
            if (old == null) {
                if (storage.path("provisioner").asText("").isEmpty()) {
                    violations.add(Names.required("provisioner", ""));
                }
                return;
            }
            for (String field : List.of("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode")) {
                if (!storage.path(field).equals(old.path(field))) {
                    violations.add(Names.forbidden(field, "updates to " + field + " are forbidden."));
                }
            }
        }
    };
}
