package io.kumiki.quota;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a tenant uses, in the words of its TenantQuota: quantities as Kubernetes writes them.
///
/// @param used of what it names itself, be it none, and of what it uses
/// @param borrowed the part above its own guarantee
public record QuotaUse(SortedMap<String, String> used, SortedMap<String, String> borrowed) {
    private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

    public QuotaUse {
        used = Collections.unmodifiableSortedMap(new TreeMap<>(used));
        borrowed = Collections.unmodifiableSortedMap(new TreeMap<>(borrowed));
    }

    /// @param usage of this tenant, with what is below it
    public static QuotaUse of(QuotaNode node, Amounts usage) {
        SortedMap<String, String> used = new TreeMap<>();
        SortedMap<String, String> borrowed = new TreeMap<>();
        for (String resource : node.names(usage)) {
            used.put(resource, quantity(resource, usage.get(resource)));
        }
        borrowed(node, usage).of().forEach((resource, amount) -> borrowed.put(resource, quantity(resource, amount)));
        return new QuotaUse(used, borrowed);
    }

    /// What is above the guarantee, and nothing else.
    public static Amounts borrowed(QuotaNode node, Amounts usage) {
        Map<String, Long> above = new TreeMap<>();
        usage.of().forEach((resource, amount) -> {
            long over = amount - node.guaranteed().get(resource);
            if (over > 0) {
                above.put(resource, over);
            }
        });
        return new Amounts(above);
    }

    /// As a person would write it: whole units where they come out even, else the smallest ones.
    static String quantity(String resource, long amount) {
        if (resource.equals("cpu")) {
            return amount % 1000 == 0 ? Long.toString(amount / 1000) : amount + "m";
        }
        boolean bytes =
                resource.equals("memory") || resource.equals("ephemeral-storage") || resource.startsWith("hugepages-");
        int power = bytes && amount > 0 ? Math.min(Long.numberOfTrailingZeros(amount) / 10, BINARY.length - 1) : 0;
        return (amount >> (10 * power)) + BINARY[power];
    }
}
