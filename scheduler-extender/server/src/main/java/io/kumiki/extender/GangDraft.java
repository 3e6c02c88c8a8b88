package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.admission.AnnotationForms;
import io.kumiki.extender.admission.GangSize;
import io.kumiki.extender.admission.Marks;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.extender.admission.PodShape;
import io.kumiki.extender.foreign.Sizes;
import io.kumiki.extender.foreign.Terms;
import io.kumiki.model.Json;
import io.kumiki.model.scheduling.Gang;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Gang objects for pods that came by themselves.
final class GangDraft {
    /// Label of such a Gang.
    static final String DERIVED = "kumiki.io/derived";
    /// Longer lists of what is not followed help nobody.
    private static final int WORDS = 16;

    private GangDraft() {}

    /// Null until every class has shown a pod: before that nobody knows what its members ask for.
    ///
    /// @param gated its pods, at least one
    static @Nullable ObjectNode own(String namespace, String name, List<JsonNode> gated) {
        JsonNode annotations = gated.getFirst().path("metadata").path("annotations");
        Set<String> there = gated.stream().map(DerivedGangs::classOf).collect(Collectors.toSet());
        Map<String, Integer> sizes = GangSize.of(annotations, DerivedGangs.classOf(gated.getFirst()));
        Map<String, Integer> minima = GangSize.minima(annotations, sizes);
        if (!there.containsAll(sizes.keySet())) {
            return null;
        }
        ObjectNode gang = gang(namespace, name, gated);
        ArrayNode classes = gang.withObject("/spec").putArray("classes");
        sizes.forEach(
                (of, size) -> members(classes, of, minima == null ? size : minima.getOrDefault(of, size), size, gated));
        if (gated.stream().allMatch(PodShape::pinnable)) {
            gang.withObject("/spec").put("pinned", true);
        }
        return gang;
    }

    /// Of another system's group.
    ///
    /// @param gated its pods, at least the minimum
    static ObjectNode joined(
            String namespace,
            String name,
            String foreign,
            List<JsonNode> gated,
            int minimum,
            Terms terms,
            DeclaredGroups declared) {
        Map<String, Integer> pods = new TreeMap<>();
        gated.forEach(pod -> pods.merge(DerivedGangs.classOf(pod), 1, Integer::sum));
        ObjectNode gang = gang(namespace, name, gated);
        ObjectNode metadata = gang.withObject("/metadata");
        metadata.remove("ownerReferences");
        ObjectNode noted = metadata.withObject("/annotations").put(Marks.GROUP, foreign);
        if (!terms.queue().isEmpty()) {
            noted.put("kumiki.io/foreign-queue", terms.queue());
        }
        ObjectNode spec = gang.withObject("/spec");
        List<String> unfollowed = declared.translate(terms, spec);
        ArrayNode classes = spec.putArray("classes");
        Map<String, Integer> floors = new HashMap<>();
        terms.roles().forEach((role, least) -> {
            List<String> of = pods.keySet().stream()
                    .filter(each -> each.matches(java.util.regex.Pattern.quote(role) + "-[0-9a-f]+"))
                    .toList();
            if (of.size() == 1) {
                floors.put(of.getFirst(), least);
            } else {
                unfollowed.add("at least " + least + " of " + role
                        + (of.isEmpty() ? ", of which there is no pod" : ", whose pods differ"));
            }
        });
        Sizes.minima(pods, minimum, floors)
                .forEach((of, min) -> members(classes, of, min, Objects.requireNonNull(pods.get(of)), gated));
        if (!unfollowed.isEmpty()) {
            ArrayNode words = spec.putArray("unfollowed");
            unfollowed.stream().limit(WORDS).forEach(words::add);
        }
        return gang;
    }

    private static void members(ArrayNode classes, String of, int min, int max, List<JsonNode> gated) {
        List<JsonNode> all = gated.stream()
                .filter(pod -> DerivedGangs.classOf(pod).equals(of))
                .toList();
        ObjectNode members = classes.addObject();
        PodShape.members(members, of, min, max, all.getFirst());
        // Where each member has a volume of its own, none of them says where the others may be.
        Set<String> claims = PodShape.claims(all.getFirst());
        all.forEach(pod -> claims.retainAll(PodShape.claims(pod)));
        if (!claims.isEmpty()) {
            ArrayNode names = members.putArray("claims");
            claims.forEach(names::add);
        }
    }

    /// All but its classes.
    private static ObjectNode gang(String namespace, String name, List<JsonNode> gated) {
        JsonNode any = gated.getFirst();
        JsonNode annotations = any.path("metadata").path("annotations");
        ObjectNode gang = Json.object().put("apiVersion", "kumiki.io/v1alpha1").put("kind", "Gang");
        ObjectNode metadata = gang.putObject("metadata").put("name", name).put("namespace", namespace);
        metadata.putObject("labels").put(DERIVED, "true");
        ObjectNode noted = metadata.putObject("annotations");
        String image = any.path("spec").path("containers").path(0).path("image").asText("");
        noted.put(Facts.IMAGE, image.replaceFirst("@.*", ""));
        copy(annotations, Facts.USER, noted, Facts.USER);
        JsonNode controller = PodAdmission.controller(any);
        if (controller.isObject()) {
            metadata.putArray("ownerReferences").add(controller);
        }
        ObjectNode spec = gang.putObject("spec").put("attempt", 0).put("gated", true);
        copy(annotations, "kumiki.io/topology-required", spec, "required");
        copy(annotations, "kumiki.io/topology-preferred", spec, "preferred");
        spec.put("priority", any.path("spec").path("priority").asInt(0));
        gated.stream()
                .map(SavedWork::ofPod)
                .reduce(SavedWork.NONE, SavedWork::and)
                .into(spec);
        if (annotations.path(Marks.MOVABLE).asText("").equals("true")) {
            spec.put("movable", true);
        }
        List<Gang.Alternative> alternatives = AnnotationForms.alternatives(annotations);
        if (alternatives != null) {
            spec.set("alternatives", Json.mapper().valueToTree(alternatives));
        }
        Long expected = AnnotationForms.expected(annotations);
        if (expected != null) {
            spec.put("expectedSeconds", expected);
        }
        return gang;
    }

    private static void copy(JsonNode annotations, String from, ObjectNode to, String name) {
        if (annotations.has(from)) {
            to.put(name, annotations.path(from).asText());
        }
    }
}
