package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.select.LabelText;
import io.kumiki.model.Violation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What may hold an object's deletion up.
final class Finalizers {
    private static final Set<String> STANDARD = Set.of("foregroundDeletion", "orphan", "kubernetes");

    private Finalizers() {}

    static void check(Kind kind, JsonNode object, @Nullable JsonNode old, List<Violation> violations) {
        JsonNode finalizers = object.path("metadata").path("finalizers");
        for (int i = 0; i < finalizers.size(); i++) {
            String name = finalizers.get(i).asText();
            if (!LabelText.validKey(name)) {
                violations.add(Names.invalid(
                        "metadata.finalizers",
                        name,
                        "name part must consist of alphanumeric characters, '-', '_' or '.'"));
            }
            if (kind.builtIn() && name.indexOf('/') < 0 && !STANDARD.contains(name)) {
                violations.add(Names.invalid(
                        "metadata.finalizers[" + i + "]",
                        name,
                        "name is neither a standard finalizer name nor is it fully qualified"));
            }
        }
        if (old != null && old.path("metadata").has("deletionTimestamp")) {
            Set<String> before = new HashSet<>();
            old.path("metadata").path("finalizers").forEach(each -> before.add(each.asText()));
            Set<String> added = new HashSet<>();
            finalizers.forEach(each -> added.add(each.asText()));
            added.removeAll(before);
            if (!added.isEmpty()) {
                violations.add(Names.forbidden(
                        "metadata.finalizers",
                        "no new finalizers can be added if the object is being deleted, found " + added));
            }
        }
    }
}
