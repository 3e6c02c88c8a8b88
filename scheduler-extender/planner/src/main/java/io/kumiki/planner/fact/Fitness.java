package io.kumiki.planner.fact;

import io.kumiki.model.scheduling.Gang;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Whether a node is one that a class of pods may use at all: what the scheduler would say, without amounts.
public final class Fitness {
    static final String MODE = "kumiki.io/gpu-mode";

    private Fitness() {}

    /// Everything that scheduling reads of a class: equal classes are treated alike, whatever gang they are of.
    public record ClassKey(
            Map<String, String> requests,
            @Nullable Map<String, String> nodeSelector,
            @Nullable List<Gang.Term> nodeTerms,
            @Nullable List<Gang.Toleration> tolerations,
            @Nullable List<String> claims) {
        public static ClassKey of(Gang.Members members) {
            return new ClassKey(
                    members.requests(),
                    members.nodeSelector(),
                    members.nodeTerms(),
                    members.tolerations(),
                    members.claims());
        }
    }

    public static boolean fits(Gang.Members members, Map<String, Long> amounts, NodeFact node) {
        boolean devicesThere = Shape.demand(amounts).gpus() == 0 || shared(node) == Shape.fraction(amounts);
        return node.usable() && devicesThere && selected(members, node) && tolerated(members, node);
    }

    /// Its devices are given out by us, in parts; the vendor's plugin does not run there.
    public static boolean shared(NodeFact node) {
        return "shared".equals(node.labels().get(MODE));
    }

    public static boolean selected(Gang.Members members, NodeFact node) {
        Map<String, String> selector = members.nodeSelector();
        if (selector != null
                && selector.entrySet().stream()
                        .anyMatch(e -> !e.getValue().equals(node.labels().get(e.getKey())))) {
            return false;
        }
        return anyHolds(members.nodeTerms(), node);
    }

    /// GPU types that the class may only use, as its node selector or affinity names them; empty for any.
    public static List<String> types(Gang.Members members) {
        Map<String, String> selector = members.nodeSelector();
        String selected = selector == null ? null : selector.get(Shape.TYPE);
        if (selected != null) {
            return List.of(selected);
        }
        var types = new TreeSet<String>();
        for (Gang.Term term : members.nodeTerms() == null ? List.<Gang.Term>of() : members.nodeTerms()) {
            List<String> named = term.expressions().stream()
                    .filter(r -> r.key().equals(Shape.TYPE) && r.operator().equals("In") && r.values() != null)
                    .map(r -> java.util.Objects.requireNonNull(r.values()))
                    .findFirst()
                    .orElse(List.of());
            if (named.isEmpty()) {
                return List.of();
            }
            types.addAll(named);
        }
        return List.copyOf(types);
    }

    /// @param terms of which one must hold; none or null for any node
    public static boolean anyHolds(@Nullable List<Gang.Term> terms, NodeFact node) {
        return terms == null
                || terms.isEmpty()
                || terms.stream()
                        .anyMatch(term -> !term.expressions().isEmpty()
                                && term.expressions().stream().allMatch(r -> holds(r, node)));
    }

    private static boolean holds(Gang.Requirement requirement, NodeFact node) {
        return holds(
                requirement,
                requirement.key().equals("metadata.name")
                        ? node.name()
                        : node.labels().get(requirement.key()));
    }

    /// @param value of the label, null where there is none
    public static boolean holds(Gang.Requirement requirement, @Nullable String value) {
        List<String> values = requirement.values() == null ? List.of() : requirement.values();
        return switch (requirement.operator()) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> compare(value, values) > 0;
            case "Lt" -> compare(value, values) < 0;
            default -> false;
        };
    }

    private static int compare(@Nullable String value, List<String> values) {
        try {
            return value == null || values.isEmpty()
                    ? 0
                    : Long.compare(Long.parseLong(value), Long.parseLong(values.getFirst()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    public static boolean tolerated(Gang.Members members, NodeFact node) {
        List<Gang.Toleration> tolerations = members.tolerations() == null ? List.of() : members.tolerations();
        return node.taints().stream()
                .filter(t -> t.effect().equals("NoSchedule") || t.effect().equals("NoExecute"))
                .allMatch(taint -> tolerations.stream().anyMatch(t -> tolerates(t, taint)));
    }

    private static boolean tolerates(Gang.Toleration t, NodeFact.Taint taint) {
        String key = t.key() == null ? "" : t.key();
        String effect = t.effect() == null ? "" : t.effect();
        boolean exists = "Exists".equals(t.operator());
        return (effect.isEmpty() || effect.equals(taint.effect()))
                && (key.isEmpty() ? exists : key.equals(taint.key()))
                && (exists || (t.value() == null ? "" : t.value()).equals(taint.value()));
    }
}
