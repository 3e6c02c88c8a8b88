package io.kumiki.kube.scheduling;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// kube-scheduler's sentence: how many nodes, and each reason with the number of nodes it holds for.
final class Sentence {
    private Sentence() {}

    /// @param others what is told of nodes without a refusal of their own; empty for nothing
    static String of(int all, Map<String, Refusal> refusals, String others) {
        Map<Refusal, Integer> counts = new IdentityHashMap<>();
        refusals.values().forEach(refusal -> counts.merge(refusal, 1, Integer::sum));
        SortedMap<String, Integer> reasons = new TreeMap<>();
        counts.forEach(
                (refusal, count) -> refusal.reasons().forEach(reason -> reasons.merge(reason, count, Integer::sum)));
        if (!others.isEmpty() && refusals.size() < all) {
            reasons.merge(others, all - refusals.size(), Integer::sum);
        }
        List<String> parts = new ArrayList<>();
        reasons.forEach((reason, count) -> parts.add(count + " " + reason));
        parts.sort(null);
        return start(all) + (parts.isEmpty() ? "" : " " + String.join(", ", parts) + ".");
    }

    static String blocked(int all, String why) {
        return start(all) + " " + why + ".";
    }

    private static String start(int all) {
        return "0/" + all + " nodes are available:";
    }
}
