package io.kumiki.kube.kinds.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.kube.kinds.PlacementRules;
import io.kumiki.kube.kinds.ResourceRules;
import io.kumiki.kube.schema.NameRules;
import io.kumiki.kube.table.Column;
import io.kumiki.model.Violation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `node.k8s.io`.
public final class NodeGroup {
    private NodeGroup() {}

    public static List<Kind> kinds() {
        return List.of(Kind.modelled(ResourceType.RUNTIME_CLASSES, "RuntimeClass", false, "node.v1.RuntimeClass")
                .rules(new Rules())
                .columns(() -> List.of(Column.NAME, Column.plain("Handler", 0, "handler"), Column.AGE)));
    }

    private static final class Rules implements KindRules {
        @Override
        public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
            String handler = object.path("handler").asText("");
            if (old != null && !old.path("handler").asText("").equals(handler)) {
                violations.add(Names.invalid("handler", handler, "field is immutable"));
            }
            String wrong = NameRules.dns1123Label(handler);
            if (!wrong.isEmpty()) {
                violations.add(Names.invalid("handler", handler, wrong));
            }
            JsonNode scheduling = object.path("scheduling");
            ResourceRules.check(object.path("overhead").path("podFixed"), "overhead.limits", violations);
            Names.labels(scheduling.path("nodeSelector"), "scheduling.nodeSelector", violations);
            // Kubernetes says the word twice.
            PlacementRules.tolerations(
                    scheduling.path("tolerations"), "scheduling.tolerations.tolerations", violations);
            unique(scheduling.path("tolerations"), violations);
        }

        private static void unique(JsonNode tolerations, List<Violation> violations) {
            Set<JsonNode> seen = new HashSet<>();
            int at = 0;
            for (JsonNode each : tolerations) {
                if (!seen.add(each)) {
                    violations.add(new Violation(
                            "scheduling.tolerations[" + at + "]", "FieldValueDuplicate", "Duplicate value: " + each));
                }
                at++;
            }
        }
    }
}
