package io.kumiki.kube.kinds.scheduling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Fields;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.kube.table.Column;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `scheduling.k8s.io`.
public final class SchedulingGroup {
    public static final ResourceType PRIORITY_CLASSES = new ResourceType("scheduling.k8s.io", "v1", "priorityclasses");

    private static final long HIGHEST_OF_USERS = 1_000_000_000;
    private static final String NEVER = "Never";
    private static final String LOWER = "PreemptLowerPriority";

    private record SystemClass(long value, String description) {}

    private static final Map<String, SystemClass> SYSTEM = Map.of(
            "system-node-critical",
            new SystemClass(
                    2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
            "system-cluster-critical",
            new SystemClass(
                    2_000_000_000,
                    "Used for system critical pods that must run in the cluster, but can be moved to another node if"
                            + " necessary."));

    private SchedulingGroup() {}

    public static List<Kind> kinds() {
        return List.of(Kind.modelled(PRIORITY_CLASSES, "PriorityClass", false, "scheduling.v1.PriorityClass")
                .rules(new Rules())
                .shortNames("pc")
                .columns(() -> List.of(
                        Column.NAME,
                        Column.number("Value", c -> c.path("value").asInt()),
                        new Column(
                                "Global-Default",
                                "boolean",
                                "",
                                "",
                                0,
                                (c, now) -> com.fasterxml.jackson.databind.node.BooleanNode.valueOf(
                                        c.path("globalDefault").asBoolean())),
                        Column.AGE,
                        Column.plain("PreemptionPolicy", 0, "preemptionPolicy"))));
    }

    /// The classes that every cluster has.
    public static List<ObjectNode> systemClasses() {
        return SYSTEM.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> {
                    ObjectNode made = Json.object();
                    made.putObject("metadata").put("name", each.getKey());
                    return made.put("value", each.getValue().value())
                            .put("description", each.getValue().description());
                })
                .toList();
    }

    private static final class Rules implements KindRules {
        @Override
        public void admitted(ObjectNode object) {
            object.withObject("/metadata").put("generation", 1);
        }

        @Override
        public void complete(ObjectNode object, @Nullable ObjectNode old) {
            Fields.fill(object, "preemptionPolicy", LOWER);
        }

        @Override
        public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
            String name = object.path("metadata").path("name").asText();
            long value = object.path("value").asLong();
            SystemClass system = SYSTEM.get(name);
            if (system == null) {
                if (name.startsWith("system-")) {
                    violations.add(Names.forbidden(
                            "metadata.name",
                            "priority class names with 'system-' prefix are reserved for system use only. error: "
                                    + name + " is not a known system priority class"));
                }
                if (value > HIGHEST_OF_USERS) {
                    violations.add(Names.forbidden(
                            "value", "maximum allowed value of a user defined priority is " + HIGHEST_OF_USERS));
                }
            } else if (value != system.value()) {
                violations.add(Names.forbidden(
                        "metadata.name",
                        "priority class names with 'system-' prefix are reserved for system use only. error: value of "
                                + name + " PriorityClass must be " + system.value()));
            }
            String policy = object.path("preemptionPolicy").asText();
            if (!policy.equals(NEVER) && !policy.equals(LOWER)) {
                violations.add(Names.unsupported("preemptionPolicy", policy, List.of(LOWER, NEVER)));
            }
            if (old != null) {
                if (old.path("value").asLong() != value) {
                    violations.add(Names.forbidden("value", "may not be changed in an update."));
                }
                if (!old.path("preemptionPolicy").asText().equals(policy)) {
                    violations.add(Names.invalid("preemptionPolicy", policy, "field is immutable"));
                }
            }
        }
    }
}
