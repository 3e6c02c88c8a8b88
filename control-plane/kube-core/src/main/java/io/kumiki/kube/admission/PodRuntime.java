package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A pod of a runtime class pays the class's overhead and goes where the class may run.
public final class PodRuntime implements Admission.Step {
    private static final String CLASSES = ResourceType.RUNTIME_CLASSES.storage();

    private final ParsedOnce parsed = new ParsedOnce();

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        if (!request.creates("pods") || !(request.object().path("spec") instanceof ObjectNode spec)) {
            return;
        }
        JsonNode named = spec.path("runtimeClassName");
        JsonNode runtime =
                named.isTextual() ? wanted(named.asText(), request.name(), store) : MissingNode.getInstance();
        overhead(spec, runtime.path("overhead"), request.name());
        selector(spec, runtime.path("scheduling").path("nodeSelector"), request.name());
        JsonNode added = runtime.path("scheduling").path("tolerations");
        if (runtime.has("scheduling")) {
            tolerations(spec, added);
        }
    }

    private JsonNode wanted(String name, String pod, ObjectStore store) {
        StoredObject found = store.get(new ObjectKey(CLASSES, "", name));
        if (found == null) {
            throw ApiFault.forbidden("pods", pod, "pod rejected: RuntimeClass \"" + name + "\" not found");
        }
        return parsed.of(found);
    }

    private static void overhead(ObjectNode spec, JsonNode ofClass, String pod) {
        JsonNode given = spec.path("overhead");
        if (ofClass.isMissingNode()) {
            if (!given.isMissingNode()) {
                throw ApiFault.forbidden(
                        "pods",
                        pod,
                        "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
            }
            return;
        }
        JsonNode fixed = ofClass.path("podFixed");
        if (!given.isMissingNode() && !same(given, fixed)) {
            throw ApiFault.forbidden(
                    "pods", pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }
        if (!fixed.isEmpty()) {
            spec.set("overhead", fixed.deepCopy());
        }
    }

    /// The same amounts, in whatever words.
    private static boolean same(JsonNode one, JsonNode other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (Map.Entry<String, JsonNode> each : one.properties()) {
            JsonNode theirs = other.path(each.getKey());
            if (theirs.isMissingNode()
                    || Quantity.parse(each.getValue().asText()).compareTo(Quantity.parse(theirs.asText())) != 0) {
                return false;
            }
        }
        return true;
    }

    private static void selector(ObjectNode spec, JsonNode ofClass, String pod) {
        for (Map.Entry<String, JsonNode> each : ofClass.properties()) {
            String label = each.getKey();
            JsonNode given = spec.path("nodeSelector").path(label);
            if (!given.isMissingNode() && !given.equals(each.getValue())) {
                throw ApiFault.forbidden(
                        "pods",
                        pod,
                        "conflict: runtimeClass.scheduling.nodeSelector[" + label + "] = "
                                + each.getValue().asText() + "; pod.spec.nodeSelector[" + label + "] = "
                                + given.asText());
            }
            spec.withObject("/nodeSelector").set(label, each.getValue());
        }
    }

    /// The pod's, then the class's; one that another one includes is left out, of equal ones the later.
    private static void tolerations(ObjectNode spec, JsonNode ofClass) {
        List<JsonNode> all = new ArrayList<>();
        spec.path("tolerations").forEach(all::add);
        ofClass.forEach(each -> all.add(each.deepCopy()));
        List<JsonNode> kept = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            JsonNode one = all.get(i);
            boolean before = kept.stream().anyMatch(other -> includes(other, one));
            boolean after = all.subList(i + 1, all.size()).stream()
                    .anyMatch(other -> !other.equals(one) && includes(other, one));
            if (!before && !after) {
                kept.add(one);
            }
        }
        if (!kept.isEmpty()) {
            ArrayNode merged = spec.putArray("tolerations");
            kept.forEach(merged::add);
        }
    }

    /// Whether whatever the second one tolerates, the first one tolerates at least as long.
    private static boolean includes(JsonNode wide, JsonNode narrow) {
        if (wide.equals(narrow)) {
            return true;
        }
        String operator = wide.path("operator").asText("");
        boolean exists = operator.equals("Exists");
        boolean everyKey = wide.path("key").asText("").isEmpty() && exists;
        if (!everyKey && !text(wide, narrow, "key")) {
            return false;
        }
        String effect = wide.path("effect").asText("");
        if (!effect.isEmpty() && !text(wide, narrow, "effect")) {
            return false;
        }
        if (effect.equals("NoExecute") && wide.has("tolerationSeconds")) {
            JsonNode seconds = narrow.path("tolerationSeconds");
            if (!seconds.isNumber()
                    || seconds.asLong() > wide.path("tolerationSeconds").asLong()) {
                return false;
            }
        }
        return exists || (narrow.path("operator").asText("").equals("Equal") && text(wide, narrow, "value"));
    }

    private static boolean text(JsonNode one, JsonNode other, String field) {
        return one.path(field).asText("").equals(other.path(field).asText(""));
    }
}
