package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A pod's priority is what its class says; there is at most one class for pods that name none.
public final class PodPriority implements Admission.Step {
    private static final String CLASSES = "priorityclasses.scheduling.k8s.io";

    private final ParsedOnce parsed = new ParsedOnce();

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        if (request.creates("pods") && request.object().path("spec") instanceof ObjectNode spec) {
            resolve(spec, request.name(), store);
        } else if (request.kind().storage().equals(CLASSES)
                && request.object().path("globalDefault").asBoolean()) {
            onlyDefault(request, store);
        }
    }

    private void resolve(ObjectNode spec, String pod, ObjectStore store) {
        String wanted = spec.path("priorityClassName").asText("");
        JsonNode found = wanted.isEmpty() ? standard(store) : named(wanted, store);
        if (found == null && !wanted.isEmpty()) {
            throw ApiFault.forbidden("pods", pod, "no PriorityClass with name " + wanted + " was found");
        }
        JsonNode priority = found == null ? Json.object() : found;
        long value = priority.path("value").asLong();
        String policy = priority.path("preemptionPolicy").asText("PreemptLowerPriority");
        if (wanted.isEmpty() && found != null) {
            spec.put("priorityClassName", found.path("metadata").path("name").asText());
        }
        if (spec.hasNonNull("priority") && spec.get("priority").asLong() != value) {
            throw ApiFault.forbidden(
                    "pods",
                    pod,
                    "the integer value of priority (" + spec.get("priority").asLong()
                            + ") must not be provided in pod spec; priority admission controller computed " + value
                            + " from the given PriorityClass name");
        }
        spec.put("priority", value);
        String given = spec.path("preemptionPolicy").asText(policy);
        if (!given.equals(policy)) {
            throw ApiFault.forbidden(
                    "pods",
                    pod,
                    "the string value of PreemptionPolicy (" + given
                            + ") must not be provided in pod spec; priority admission controller computed " + policy
                            + " from the given PriorityClass name");
        }
        spec.put("preemptionPolicy", policy);
    }

    private @Nullable JsonNode named(String name, ObjectStore store) {
        StoredObject found = store.get(new ObjectKey(CLASSES, "", name));
        return found == null ? null : parsed.of(found);
    }

    private @Nullable JsonNode standard(ObjectStore store) {
        for (StoredObject each : store.all(CLASSES, "")) {
            JsonNode found = parsed.of(each);
            if (found.path("globalDefault").asBoolean()) {
                return found;
            }
        }
        return null;
    }

    private void onlyDefault(AdmissionRequest request, ObjectStore store) {
        JsonNode other = standard(store);
        String name = other == null ? "" : other.path("metadata").path("name").asText();
        if (other != null && !name.equals(request.name())) {
            throw ApiFault.forbidden(
                    CLASSES,
                    request.name(),
                    "PriorityClass " + name + " is already marked as default. Only one default can exist");
        }
    }
}
