package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Admission;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/// The status of a definition, decided in the write that stores it: its names are its own only while no other
/// definition of its group has them.
public final class DefinitionStatus implements Admission.Step {
    private static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

    private final Supplier<Instant> now;

    public DefinitionStatus(Supplier<Instant> now) {
        this.now = now;
    }

    /// Whether a condition of the definition holds.
    public static boolean is(JsonNode definition, String condition) {
        for (JsonNode each : definition.path("status").path("conditions")) {
            if (each.path("type").asText().equals(condition)) {
                return each.path("status").asText().equals("True");
            }
        }
        return false;
    }

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        if (!request.kind().storage().equals(DEFINITIONS)) {
            return;
        }
        ObjectNode object = request.object();
        // The old object's status may be the very same tree.
        ObjectNode status = object.withObject("/status").deepCopy();
        object.set("status", status);
        Taken taken = taken(object, store);
        JsonNode wanted = object.path("spec").path("names");
        ObjectNode accepted =
                status.path("acceptedNames") instanceof ObjectNode names ? names : status.putObject("acceptedNames");
        String reason = "";
        String message = "";
        for (String field : List.of("plural", "singular", "shortNames", "kind", "listKind")) {
            Set<String> others = field.endsWith("ind") ? taken.kinds : taken.resources;
            String clash = clash(wanted.path(field), accepted.path(field), others);
            if (clash.isEmpty()) {
                copy(wanted, accepted, field);
            } else {
                // Of several the last one is told, as everywhere.
                reason = Character.toUpperCase(field.charAt(0)) + field.substring(1) + "Conflict";
                message = clash;
            }
        }
        copy(wanted, accepted, "categories");
        for (String field : List.of("plural", "kind")) {
            accepted.put(field, accepted.path(field).asText(""));
        }
        boolean good = reason.isEmpty();
        condition(status, "NamesAccepted", good, good ? "NoConflicts" : reason, good ? "no conflicts found" : message);
        if (good) {
            condition(status, "Established", true, "InitialNamesAccepted", "the initial names have been accepted");
        } else if (!is(object, "Established")) {
            condition(status, "Established", false, "NotAccepted", "not all names are accepted");
        }
        stored(object, status);
    }

    /// Names that other definitions of the group hold.
    private record Taken(Set<String> resources, Set<String> kinds) {}

    private static Taken taken(ObjectNode object, ObjectStore store) {
        Taken taken = new Taken(new HashSet<>(), new HashSet<>());
        String group = object.path("spec").path("group").asText();
        String own = object.path("metadata").path("name").asText();
        for (StoredObject each : store.all(DEFINITIONS, "")) {
            String name = each.key().name();
            if (!name.endsWith("." + group) || name.equals(own)) {
                continue;
            }
            JsonNode other = Json.parse(each.json());
            JsonNode names = other.path("status").path("acceptedNames");
            if (other.path("spec").path("group").asText().equals(group)) {
                taken.resources.add(names.path("plural").asText());
                taken.resources.add(names.path("singular").asText());
                names.path("shortNames").forEach(word -> taken.resources.add(word.asText()));
                taken.kinds.add(names.path("kind").asText());
                taken.kinds.add(names.path("listKind").asText());
            }
        }
        return taken;
    }

    private static String clash(JsonNode wanted, JsonNode accepted, Set<String> taken) {
        if (wanted.isArray()) {
            Set<JsonNode> had = new HashSet<>();
            accepted.forEach(had::add);
            for (JsonNode each : wanted) {
                if (!had.contains(each) && taken.contains(each.asText())) {
                    return "\"" + each.asText() + "\" is already in use";
                }
            }
            return "";
        }
        String name = wanted.asText("");
        return !name.equals(accepted.asText("")) && taken.contains(name) ? "\"" + name + "\" is already in use" : "";
    }

    private static void copy(JsonNode from, ObjectNode to, String field) {
        if (from.hasNonNull(field)) {
            to.set(field, from.get(field));
        } else {
            to.remove(field);
        }
    }

    private void condition(ObjectNode status, String type, boolean holds, String reason, String message) {
        ArrayNode conditions =
                status.path("conditions") instanceof ArrayNode array ? array : status.putArray("conditions");
        ObjectNode found = null;
        for (JsonNode each : conditions) {
            if (each.path("type").asText().equals(type)) {
                found = (ObjectNode) each;
            }
        }
        String word = holds ? "True" : "False";
        if (found == null) {
            found = conditions.addObject().put("type", type);
        }
        if (!found.path("status").asText().equals(word)) {
            found.put(
                    "lastTransitionTime",
                    now.get().truncatedTo(ChronoUnit.SECONDS).toString());
        }
        found.put("status", word).put("reason", reason).put("message", message);
    }

    /// Every version that objects may be stored in.
    private static void stored(ObjectNode object, ObjectNode status) {
        ArrayNode stored =
                status.path("storedVersions") instanceof ArrayNode array ? array : status.putArray("storedVersions");
        Set<String> known = new HashSet<>();
        stored.forEach(each -> known.add(each.asText()));
        for (JsonNode version : object.path("spec").path("versions")) {
            if (version.path("storage").asBoolean()
                    && known.add(version.path("name").asText())) {
                stored.add(version.path("name").asText());
            }
        }
    }
}
