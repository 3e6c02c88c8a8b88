package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongBinaryOperator;

/// Resource name → amount as the scheduler counts it: CPU in thousandths, everything else in units. Sums saturate.
public record Amounts(SortedMap<String, Long> of) {
    public static final Amounts NONE = new Amounts(new TreeMap<>());

    public Amounts {
        of = Collections.unmodifiableSortedMap(new TreeMap<>(of));
    }

    static Amounts read(JsonNode list) {
        SortedMap<String, Long> amounts = new TreeMap<>();
        list.properties()
                .forEach(entry -> amounts.put(
                        entry.getKey(), count(entry.getKey(), entry.getValue().asText())));
        return new Amounts(amounts);
    }

    /// What a pod takes: all main containers and sidecars together, or the largest moment of its start, plus its
    /// overhead, and one pod.
    public static Amounts requestOf(JsonNode spec) {
        Amounts sidecars = NONE;
        Amounts start = NONE;
        for (JsonNode init : spec.path("initContainers")) {
            Amounts request = requests(init);
            if (init.path("restartPolicy").asText("").equals("Always")) {
                sidecars = sidecars.plus(request);
                start = start.max(sidecars);
            } else {
                start = start.max(sidecars.plus(request));
            }
        }
        Amounts steady = sidecars;
        for (JsonNode container : spec.path("containers")) {
            steady = steady.plus(requests(container));
        }
        SortedMap<String, Long> pod = new TreeMap<>(Map.of("pods", 1L));
        // What the pod asks for as a whole stands for what its containers ask for.
        SortedMap<String, Long> whole = new TreeMap<>(steady.max(start).of);
        whole.putAll(requests(spec).of);
        return new Amounts(whole).plus(read(spec.path("overhead"))).plus(new Amounts(pod));
    }

    /// A limit without a request requests the limit, as the API server defaults it.
    private static Amounts requests(JsonNode container) {
        JsonNode resources = container.path("resources");
        SortedMap<String, Long> amounts = new TreeMap<>(read(resources.path("limits")).of);
        amounts.putAll(read(resources.path("requests")).of);
        return new Amounts(amounts);
    }

    public long get(String resource) {
        return of.getOrDefault(resource, 0L);
    }

    Amounts plus(Amounts other) {
        return merge(other, Amounts::saturatedSum);
    }

    private Amounts max(Amounts other) {
        return merge(other, Math::max);
    }

    private Amounts merge(Amounts other, LongBinaryOperator join) {
        SortedMap<String, Long> merged = new TreeMap<>(of);
        other.of.forEach((resource, amount) ->
                merged.put(resource, join.applyAsLong(merged.getOrDefault(resource, 0L), amount)));
        return new Amounts(merged);
    }

    private static long saturatedSum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private static long count(String resource, String text) {
        return resource.equals("cpu") ? Quantity.milli(Quantity.parse(text)) : Quantity.units(Quantity.parse(text));
    }
}
