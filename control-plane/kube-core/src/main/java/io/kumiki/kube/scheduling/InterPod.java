package io.kumiki.kube.scheduling;

import io.kumiki.kube.scheduling.Neighbours.Side;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Pod affinity and anti-affinity of one pod in one cycle, in both directions. What it counted follows when
/// preemption takes pods away in thought.
final class InterPod {
    private static final Refusal NOT_NEAR = Refusal.firm(Cause.NEIGHBOURS, "node(s) didn't match pod affinity rules");
    private static final Refusal TOO_NEAR =
            Refusal.crowded(Cause.NEIGHBOURS, "node(s) didn't match pod anti-affinity rules");
    private static final Refusal UNWELCOME =
            Refusal.crowded(Cause.NEIGHBOURS, "node(s) didn't satisfy existing pods anti-affinity rules");

    /// Label key → label value → how many.
    private static final class Domains {
        private final Map<String, Map<String, Long>> counts = new HashMap<>();

        void add(String key, NodeEntry node, long by) {
            String value = node.labels().get(key);
            if (value != null) {
                counts.computeIfAbsent(key, none -> new HashMap<>())
                        .merge(value, by, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
            }
        }

        long at(String key, NodeEntry node) {
            Map<String, Long> values = counts.get(key);
            String value = node.labels().get(key);
            return values == null || value == null ? 0 : values.getOrDefault(value, 0L);
        }

        boolean isEmpty() {
            return counts.values().stream().allMatch(Map::isEmpty);
        }
    }

    private final PodEntry pod;
    private final PodTerm.All terms;
    private final Neighbours neighbours;
    private final Domains near = new Domains();
    private final List<Domains> apart = new ArrayList<>();
    private final Domains unwelcome = new Domains();

    private InterPod(PodEntry pod, Neighbours neighbours) {
        this.pod = pod;
        this.terms = pod.shape().terms;
        this.neighbours = neighbours;
    }

    /// Null when no constraint concerns the pod.
    static @Nullable InterPod of(PodEntry pod, Neighbours neighbours, Iterable<NodeEntry> nodes) {
        PodTerm.All terms = pod.shape().terms;
        if (neighbours.indifferent() && terms.near().isEmpty() && terms.apart().isEmpty()) {
            return null;
        }
        InterPod state = new InterPod(pod, neighbours);
        if (!terms.near().isEmpty()) {
            neighbours
                    .matching(terms.near(), nodes)
                    .forEach((node, pods) ->
                            terms.near().forEach(term -> state.near.add(term.topologyKey(), node, pods)));
        }
        for (PodTerm term : terms.apart()) {
            Domains domains = new Domains();
            neighbours
                    .matching(List.of(term), nodes)
                    .forEach((node, pods) -> domains.add(term.topologyKey(), node, pods));
            state.apart.add(domains);
        }
        neighbours.concerning(
                pod,
                side -> side == Side.APART,
                (side, term, node, pods) -> state.unwelcome.add(term.topologyKey(), node, pods));
        return state;
    }

    @Nullable
    Refusal refusal(NodeEntry node) {
        if (!nearEnough(node)) {
            return NOT_NEAR;
        }
        for (int i = 0; i < terms.apart().size(); i++) {
            if (apart.get(i).at(terms.apart().get(i).topologyKey(), node) > 0) {
                return TOO_NEAR;
            }
        }
        for (String key : unwelcome.counts.keySet()) {
            if (unwelcome.at(key, node) > 0) {
                return UNWELCOME;
            }
        }
        return null;
    }

    private boolean nearEnough(NodeEntry node) {
        boolean all = true;
        for (PodTerm term : terms.near()) {
            if (!node.labels().containsKey(term.topologyKey())) {
                return false;
            }
            all &= near.at(term.topologyKey(), node) > 0;
        }
        // The first pod of a group that wants to be together may start anywhere.
        return all || (near.isEmpty() && matchesAll(pod));
    }

    private boolean matchesAll(PodEntry other) {
        for (PodTerm term : terms.near()) {
            if (!term.matches(other, neighbours::labelsOf)) {
                return false;
            }
        }
        return !terms.near().isEmpty();
    }

    /// In thought another pod is (`by` 1) or is no longer (`by` -1) on that node.
    void suppose(PodEntry other, NodeEntry node, int by) {
        if (matchesAll(other)) {
            terms.near().forEach(term -> near.add(term.topologyKey(), node, by));
        }
        for (int i = 0; i < terms.apart().size(); i++) {
            PodTerm term = terms.apart().get(i);
            if (term.matches(other, neighbours::labelsOf)) {
                apart.get(i).add(term.topologyKey(), node, by);
            }
        }
        for (PodTerm term : other.shape().terms.apart()) {
            if (term.matches(pod, neighbours::labelsOf)) {
                unwelcome.add(term.topologyKey(), node, by);
            }
        }
    }

    /// Preferences of the pod and of those that are there, 0 to 100 for each node; null when there are none.
    static long @Nullable [] scores(
            PodEntry pod, List<NodeEntry> candidates, Neighbours neighbours, Iterable<NodeEntry> all) {
        Domains wished = new Domains();
        for (PodTerm term : pod.shape().terms.preferNear()) {
            neighbours
                    .matching(List.of(term.counted()), all)
                    .forEach((node, pods) -> wished.add(term.topologyKey(), node, (long) pods * term.weight()));
        }
        for (PodTerm term : pod.shape().terms.preferApart()) {
            neighbours
                    .matching(List.of(term.counted()), all)
                    .forEach((node, pods) -> wished.add(term.topologyKey(), node, -(long) pods * term.weight()));
        }
        if (!neighbours.indifferent()) {
            neighbours.concerning(pod, side -> side != Side.APART, (side, term, node, pods) -> {
                long by = (long) pods * term.weight();
                wished.add(term.topologyKey(), node, side == Side.PREFER_APART ? -by : by);
            });
        }
        if (wished.isEmpty()) {
            return null;
        }
        long[] scores = new long[candidates.size()];
        for (int i = 0; i < scores.length; i++) {
            for (String key : wished.counts.keySet()) {
                scores[i] += wished.at(key, candidates.get(i));
            }
        }
        Scores.stretch(scores);
        return scores;
    }
}
