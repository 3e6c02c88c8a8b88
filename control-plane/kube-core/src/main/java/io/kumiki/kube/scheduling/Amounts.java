package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongBinaryOperator;

/// Resource name → amount as the scheduler counts it: CPU in thousandths, everything else in units. Sums saturate.
public record Amounts(SortedMap<String, Long> of) {
    /// So many digits fit whatever the unit.
    private static final int PLAIN = 15;

    public Amounts {
        of = Collections.unmodifiableSortedMap(new TreeMap<>(of));
    }

    static Amounts read(JsonNode list) {
        SortedMap<String, Long> amounts = new TreeMap<>();
        read(list, amounts);
        return new Amounts(amounts);
    }

    private static void read(JsonNode list, Map<String, Long> into) {
        list.properties()
                .forEach(entry -> into.put(
                        entry.getKey(), count(entry.getKey(), entry.getValue().asText())));
    }

    /// What a pod takes: all main containers and sidecars together, or the largest moment of its start, plus its
    /// overhead, and one pod.
    public static Amounts requestOf(JsonNode spec) {
        SortedMap<String, Long> steady = new TreeMap<>();
        SortedMap<String, Long> start = new TreeMap<>();
        for (JsonNode init : spec.path("initContainers")) {
            Map<String, Long> moment = steady;
            if (init.path("restartPolicy").asText("").equals("Always")) {
                join(steady, requests(init), Amounts::saturatedSum);
            } else {
                moment = new TreeMap<>(steady);
                join(moment, requests(init), Amounts::saturatedSum);
            }
            join(start, moment, Math::max);
        }
        for (JsonNode container : spec.path("containers")) {
            join(steady, requests(container), Amounts::saturatedSum);
        }
        join(steady, start, Math::max);
        // What the pod asks for as a whole stands for what its containers ask for.
        steady.putAll(requests(spec));
        SortedMap<String, Long> beside = new TreeMap<>();
        read(spec.path("overhead"), beside);
        join(steady, beside, Amounts::saturatedSum);
        steady.merge("pods", 1L, Amounts::saturatedSum);
        return new Amounts(steady);
    }

    /// A limit without a request requests the limit, as the API server defaults it.
    private static Map<String, Long> requests(JsonNode container) {
        JsonNode resources = container.path("resources");
        SortedMap<String, Long> amounts = new TreeMap<>();
        read(resources.path("limits"), amounts);
        read(resources.path("requests"), amounts);
        return amounts;
    }

    private static void join(Map<String, Long> into, Map<String, Long> more, LongBinaryOperator join) {
        more.forEach(
                (resource, amount) -> into.put(resource, join.applyAsLong(into.getOrDefault(resource, 0L), amount)));
    }

    public long get(String resource) {
        return of.getOrDefault(resource, 0L);
    }

    private static long saturatedSum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private static long count(String resource, String text) {
        if (isPlain(text)) {
            return resource.equals("cpu") ? Long.parseLong(text) * 1000 : Long.parseLong(text);
        }
        return resource.equals("cpu") ? Quantity.milli(Quantity.parse(text)) : Quantity.units(Quantity.parse(text));
    }

    /// Most amounts are: arithmetic on exact decimals would cost more than all the rest.
    private static boolean isPlain(String text) {
        return !text.isEmpty() && text.length() <= PLAIN && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
