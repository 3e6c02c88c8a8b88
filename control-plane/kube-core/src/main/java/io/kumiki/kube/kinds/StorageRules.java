package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rules of claims, volumes and storage classes.
final class StorageRules {
    private static final List<String> ACCESS_MODES =
            List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
    private static final List<String> MODES = List.of("Block", "Filesystem");
    private static final List<String> RECLAIM = List.of("Delete", "Recycle", "Retain");
    private static final List<String> CLASS_RECLAIM = List.of("Delete", "Retain");
    private static final List<String> BINDING = List.of("Immediate", "WaitForFirstConsumer");
    /// Objects in a volume's spec that are not where its bytes lie.
    private static final Set<String> NO_SOURCE = Set.of("capacity", "claimRef", "nodeAffinity");

    private StorageRules() {}

    private static void modes(Place modes, String why) {
        if (modes.value().isEmpty()) {
            modes.required(why);
        }
        boolean alone = false;
        for (Place each : modes.items()) {
            each.named(modes.path()).oneOf(ACCESS_MODES);
            alone |= each.is("ReadWriteOncePod");
        }
        if (alone && modes.value().size() > 1) {
            modes.forbidden("may not use ReadWriteOncePod with other access modes");
        }
    }

    private static void positive(Place size) {
        if (ResourceRules.amount(size.value()).signum() <= 0) {
            size.invalid("must be greater than zero");
        }
    }

    private static void common(Place spec) {
        spec.at("volumeMode").maybe(MODES);
        if (!spec.at("storageClassName").blank()) {
            spec.at("storageClassName").subdomain();
        }
    }

    /// Where a volume's bytes lie.
    private static void source(Place spec) {
        List<String> sources = new ArrayList<>();
        spec.value().properties().forEach(each -> {
            if (each.getValue().isObject() && !NO_SOURCE.contains(each.getKey())) {
                sources.add(each.getKey());
            }
        });
        if (sources.isEmpty()) {
            spec.required("must specify a volume type");
            return;
        }
        // The real server looks at hostPath first.
        sources.sort(Comparator.comparing(each -> !each.equals("hostPath")));
        sources.stream().skip(1).forEach(each -> spec.at(each).forbidden("may not specify more than 1 volume type"));
        Place source = spec.at(sources.getFirst());
        switch (sources.getFirst()) {
            case "hostPath" -> {
                VolumeRules.hostPath(source);
                if (source.at("path").is("/")
                        && spec.at("persistentVolumeReclaimPolicy").is("Recycle")) {
                    spec.at("persistentVolumeReclaimPolicy")
                            .forbidden("may not be 'recycle' for a hostPath mount of '/'");
                }
            }
            case "nfs" -> VolumeRules.nfs(source);
            case "local" -> {
                if (source.at("path").needed()) {
                    source.at("path").forwards();
                }
                if (!spec.at("nodeAffinity").at("required").given()) {
                    spec.at("nodeAffinity").required("Local volume requires node affinity");
                }
            }
            case "csi" -> {
                VolumeRules.driver(source.at("driver"));
                source.at("volumeHandle").needed();
            }
            default -> {}
        }
    }

    private static void fresh(Place storage) {
        if (storage.at("provisioner").needed()) {
            Names.key(storage.at("provisioner").text().toLowerCase(Locale.ROOT), "provisioner", storage.found());
        }
        storage.at("reclaimPolicy").oneOf(CLASS_RECLAIM);
        storage.at("volumeBindingMode").oneOf(BINDING);
        storage.at("parameters").value().properties().forEach(each -> {
            if (each.getKey().isEmpty()) {
                storage.found().add(Names.invalid("parameters", "", "field can not be empty."));
            }
        });
        for (Place topology : storage.at("allowedTopologies").items()) {
            for (Place each : topology.at("matchLabelExpressions").items()) {
                if (each.at("values").value().isEmpty()) {
                    each.at("values").required("");
                }
                each.at("key").labelKey();
            }
        }
    }

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
            Place place = new Place(spec, "spec", violations);
            modes(place.at("accessModes"), "at least 1 access mode is required");
            Place size = place.at("resources").at("requests").at("storage").named("spec.resources[storage]");
            if (size.given()) {
                positive(size);
            } else {
                size.required("");
            }
            common(place);
            place.at("selector").selector();
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
            Place place = new Place(spec, "spec", violations);
            Place capacity = place.at("capacity");
            if (capacity.value().isEmpty()) {
                capacity.required("");
            }
            if (!capacity.at("storage").given() || capacity.value().size() != 1) {
                violations.add(Names.unsupported("spec.capacity", Json.write(capacity.value()), List.of("storage")));
            }
            if (capacity.at("storage").given()) {
                positive(capacity.at("storage").named("spec.capacity[storage]"));
            }
            modes(place.at("accessModes"), "");
            common(place);
            place.at("persistentVolumeReclaimPolicy").maybe(RECLAIM);
            source(place);
            Place nodes = place.at("nodeAffinity");
            if (nodes.at("required").given()) {
                AffinityRules.nodeSelector(nodes.at("required"));
            } else if (nodes.given()) {
                nodes.at("required").required("must specify required node constraints");
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
                fresh(new Place(storage, "", violations));
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
