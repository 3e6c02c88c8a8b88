package io.kumiki.quota;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// What others use of guarantees that are idle. A tenant first gives to whoever is above their guarantee what it
/// promised to nobody; the rest is lent by those below it that do not use theirs, each by its part of what is idle.
public final class Lending {
    private final Map<String, List<QuotaNode>> below = new HashMap<>();
    private final Map<String, Amounts> usage;
    private final Map<String, Map<String, Long>> lent = new HashMap<>();

    private Lending(Collection<QuotaNode> nodes, Map<String, Amounts> usage) {
        this.usage = usage;
        nodes.forEach(node -> below.computeIfAbsent(node.parent() == null ? "" : node.parent(), _ -> new ArrayList<>())
                .add(node));
    }

    /// @param nodes a tree without mistakes
    /// @param usage by tenant, with what is below it
    /// @return by tenant; who lends nothing is absent
    public static Map<String, Amounts> of(Collection<QuotaNode> nodes, Map<String, Amounts> usage) {
        var lending = new Lending(nodes, usage);
        var resources = new TreeSet<String>();
        usage.values().forEach(amounts -> resources.addAll(amounts.of().keySet()));
        for (String resource : resources) {
            // From the root down, without a stack: chains of tenants may be long.
            List<QuotaNode> next = new ArrayList<>(lending.below.getOrDefault("", List.of()));
            for (int i = 0; i < next.size(); i++) {
                lending.share(next.get(i), resource);
                next.addAll(lending.below.getOrDefault(next.get(i).name(), List.of()));
            }
        }
        Map<String, Amounts> lent = new TreeMap<>();
        lending.lent.forEach((tenant, amounts) -> lent.put(tenant, new Amounts(amounts)));
        return lent;
    }

    private long used(QuotaNode node, String resource) {
        return usage.getOrDefault(node.name(), Amounts.NONE).get(resource);
    }

    /// What those below lend, of which the tenant may lend a part itself.
    private void share(QuotaNode of, String resource) {
        List<QuotaNode> children = below.getOrDefault(of.name(), List.of());
        long guaranteed = of.guaranteed().get(resource);
        long taken = Math.max(guaranteed, used(of, resource));
        long wanted = lent.getOrDefault(of.name(), Map.of()).getOrDefault(resource, 0L) + used(of, resource);
        long idle = 0;
        for (QuotaNode child : children) {
            long promised = child.guaranteed().get(resource);
            long within = Math.min(used(child, resource), promised);
            taken -= promised;
            wanted -= within;
            idle += promised - within;
        }
        long left = Math.min(idle, Math.max(0, wanted - Math.max(0, taken)));
        for (QuotaNode child : children) {
            long promised = child.guaranteed().get(resource);
            long own = promised - Math.min(used(child, resource), promised);
            if (own > 0 && left > 0) {
                long part = Math.round((double) left * own / idle);
                part = Math.min(Math.min(part, own), left);
                // What rounding left over falls to the last.
                part = own == idle ? left : part;
                if (part > 0) {
                    lent.computeIfAbsent(child.name(), _ -> new TreeMap<>()).put(resource, part);
                }
                left -= part;
                idle -= own;
            }
        }
    }
}
