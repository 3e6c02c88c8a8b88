package io.kumiki.planner;

import io.kumiki.quota.Amounts;
import io.kumiki.quota.Lending;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.QuotaUse;
import io.kumiki.quota.Standing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One tenant of the tree that holds, or a TenantQuota that is no part of it.
///
/// @param depth 0 for the root, and for what is no part of the tree
/// @param holds whether it is a part of the tree that holds
/// @param standing of its object
/// @param parts by resource
/// @param binding what of this tenant is placed and not fully bound
public record QuotaPicture(
        String name,
        @Nullable String parent,
        int depth,
        boolean holds,
        Standing standing,
        SortedMap<String, Part> parts,
        List<Decision.Publish.Binding> binding) {
    private static final String GONE =
            "it was deleted; the tree with it holds until the mistakes of the others are put right";

    /// Of one resource; null where nothing is said of it.
    ///
    /// @param used with what is below the tenant
    /// @param borrowed above the guarantee
    /// @param lent idle with this tenant, and used by others
    public record Part(
            @Nullable Long guaranteed,
            @Nullable Long limit,
            @Nullable Long used,
            long borrowed,
            long lent) {}

    /// From the root down, what is below a tenant after it, in the order of names; then what is no part of the tree.
    ///
    /// @param told null where nothing was told of usage yet
    static List<QuotaPicture> all(State state, List<Standing> standings, Decision.@Nullable Publish told) {
        SortedMap<String, Standing> objects = new TreeMap<>();
        standings.forEach(standing -> objects.put(standing.name(), standing));
        Map<String, Amounts> usage = told == null ? Map.of() : told.usage();
        Map<String, Amounts> lent = Lending.of(state.quotaNodes, usage);
        Map<String, List<Decision.Publish.Binding>> binding = new HashMap<>();
        (told == null ? List.<Decision.Publish.Binding>of() : told.binding())
                .forEach(each -> binding.computeIfAbsent(each.tenant(), _ -> new ArrayList<>())
                        .add(each));
        List<QuotaPicture> all = new ArrayList<>();
        ordered(state.quotaNodes).forEach((node, depth) -> {
            Standing standing = objects.remove(node.name());
            all.add(new QuotaPicture(
                    node.name(),
                    node.parent(),
                    depth,
                    true,
                    standing == null ? gone(node, state) : standing,
                    parts(node, usage.get(node.name()), lent.getOrDefault(node.name(), Amounts.NONE)),
                    binding.getOrDefault(node.name(), List.of())));
        });
        objects.values()
                .forEach(standing -> all.add(new QuotaPicture(
                        standing.name(), standing.parent(), 0, false, standing, new TreeMap<>(), List.of())));
        return all;
    }

    private static Standing gone(QuotaNode node, State state) {
        List<String> namespaces = state.tenantOf.entrySet().stream()
                .filter(each -> each.getValue().equals(node.name()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        return new Standing(node.name(), node.parent(), namespaces, false, "Gone", GONE);
    }

    /// With their depth.
    private static Map<QuotaNode, Integer> ordered(List<QuotaNode> nodes) {
        Map<String, List<QuotaNode>> below = new HashMap<>();
        nodes.stream()
                .sorted(Comparator.comparing(QuotaNode::name).reversed())
                .forEach(node -> below.computeIfAbsent(
                                node.parent() == null ? "" : node.parent(), _ -> new ArrayList<>())
                        .add(node));
        Map<String, Integer> depths = new HashMap<>();
        Map<QuotaNode, Integer> ordered = new LinkedHashMap<>();
        Deque<QuotaNode> next = new ArrayDeque<>(below.getOrDefault("", List.of()));
        while (!next.isEmpty()) {
            QuotaNode node = next.pop();
            int depth = node.parent() == null ? 0 : depths.getOrDefault(node.parent(), 0) + 1;
            depths.put(node.name(), depth);
            ordered.put(node, depth);
            below.getOrDefault(node.name(), List.of()).forEach(next::push);
        }
        return ordered;
    }

    private static SortedMap<String, Part> parts(QuotaNode node, @Nullable Amounts usage, Amounts lent) {
        SortedMap<String, Part> parts = new TreeMap<>();
        Amounts used = usage == null ? Amounts.NONE : usage;
        Amounts limit = node.limit();
        Amounts borrowed = QuotaUse.borrowed(node, used);
        for (String resource : node.names(used)) {
            parts.put(
                    resource,
                    new Part(
                            node.guaranteed().of().get(resource),
                            limit == null ? null : limit.of().get(resource),
                            usage == null ? null : Long.valueOf(used.get(resource)),
                            borrowed.get(resource),
                            lent.get(resource)));
        }
        return parts;
    }
}
