package io.kumiki.kube.scheduling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Topology spread of one pod in one cycle: the hard constraints as a filter, the soft ones as a score.
final class Spread {
    private static final String TEXT = "node(s) didn't match pod topology spread constraints";
    private static final Refusal SKEWED = Refusal.crowded(Cause.SPREAD, TEXT);
    private static final Refusal NO_LABEL = Refusal.firm(Cause.SPREAD, TEXT + " (missing required label)");
    private static final String HOST = "kubernetes.io/hostname";

    private final PodEntry pod;
    private final ShapeFit fit;
    private final List<SpreadConstraint> constraints;
    private final List<Map<String, Integer>> domains = new ArrayList<>();
    /// The least of each constraint's counts; negative when it must be looked for again.
    private final int[] least;

    private Spread(PodEntry pod, ShapeFit fit, List<SpreadConstraint> constraints) {
        this.pod = pod;
        this.fit = fit;
        this.constraints = constraints;
        this.least = new int[constraints.size()];
        Arrays.fill(least, -1);
    }

    private int least(int at) {
        if (least[at] < 0) {
            Map<String, Integer> counts = domains.get(at);
            least[at] = counts.size() < constraints.get(at).minDomains()
                    ? 0
                    : counts.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        }
        return least[at];
    }

    private static List<SpreadConstraint> some(PodEntry pod, boolean hard) {
        return pod.shape().spread.stream().filter(each -> each.hard() == hard).toList();
    }

    /// Null when the pod has no hard constraint.
    static @Nullable Spread of(PodEntry pod, ShapeFit fit, Neighbours neighbours, Iterable<NodeEntry> nodes) {
        if (pod.shape().spread.isEmpty()) {
            return null;
        }
        List<SpreadConstraint> hard = some(pod, true);
        if (hard.isEmpty()) {
            return null;
        }
        Spread state = new Spread(pod, fit, hard);
        for (SpreadConstraint constraint : hard) {
            Map<NodeEntry, Integer> pods = neighbours.spread(constraint, pod.namespace(), nodes);
            Map<String, Integer> counts = new HashMap<>();
            if (state.everyNodeCounts(constraint)) {
                neighbours.values(constraint.key(), nodes).forEach(value -> counts.put(value, 0));
            } else {
                for (NodeEntry node : nodes) {
                    String value = node.labels().get(constraint.key());
                    if (value != null && state.counted(constraint, node)) {
                        counts.putIfAbsent(value, 0);
                    }
                }
            }
            pods.forEach((node, count) -> {
                String value = node.labels().get(constraint.key());
                if (value != null && state.counted(constraint, node)) {
                    counts.merge(value, count, Integer::sum);
                }
            });
            state.domains.add(counts);
        }
        return state;
    }

    /// Then the domains are simply the values of the label, whatever the pod.
    private boolean everyNodeCounts(SpreadConstraint constraint) {
        NodeRule rule = pod.shape().nodes;
        boolean anywhere = rule.selector().isEmpty() && rule.terms() == null;
        return constraints.size() == 1
                && !constraint.inclusion().honorTaints()
                && (anywhere || !constraint.inclusion().honorAffinity());
    }

    private boolean counted(SpreadConstraint constraint, NodeEntry node) {
        return node.known() && hasAllKeys(constraints, node) && fit.counted(node, constraint.inclusion());
    }

    private static boolean hasAllKeys(List<SpreadConstraint> constraints, NodeEntry node) {
        for (SpreadConstraint constraint : constraints) {
            if (!node.labels().containsKey(constraint.key())) {
                return false;
            }
        }
        return true;
    }

    @Nullable
    Refusal refusal(NodeEntry node) {
        for (int i = 0; i < constraints.size(); i++) {
            SpreadConstraint constraint = constraints.get(i);
            String value = node.labels().get(constraint.key());
            if (value == null) {
                return NO_LABEL;
            }
            Map<String, Integer> counts = domains.get(i);
            int own = constraint.selects(pod) ? 1 : 0;
            if (counts.getOrDefault(value, 0) + own - least(i) > constraint.maxSkew()) {
                return SKEWED;
            }
        }
        return null;
    }

    /// In thought another pod is (`by` 1) or is no longer (`by` -1) on that node.
    void suppose(PodEntry other, NodeEntry node, int by) {
        for (int i = 0; i < constraints.size(); i++) {
            SpreadConstraint constraint = constraints.get(i);
            String value = node.labels().get(constraint.key());
            if (value != null && counted(constraint, node) && constraint.counts(other, pod.namespace())) {
                domains.get(i).merge(value, by, Integer::sum);
                least[i] = -1;
            }
        }
    }

    /// The soft constraints, 0 to 100 for each candidate, more where fewer of the same pods are; null without any.
    static long @Nullable [] scores(Ground ground, List<NodeEntry> candidates) {
        PodEntry pod = ground.pod();
        if (pod.shape().spread.isEmpty()) {
            return null;
        }
        List<SpreadConstraint> soft = some(pod, false);
        if (soft.isEmpty()) {
            return null;
        }
        Spread state = new Spread(pod, ground.fit(), soft);
        double[] sums = new double[candidates.size()];
        for (SpreadConstraint constraint : soft) {
            state.addScores(constraint, ground, candidates, sums);
        }
        return state.invert(candidates, sums);
    }

    /// What a score is counted over.
    record Ground(PodEntry pod, ShapeFit fit, Neighbours neighbours, Iterable<NodeEntry> nodes) {}

    private void addScores(SpreadConstraint constraint, Ground ground, List<NodeEntry> candidates, double[] sums) {
        Map<NodeEntry, Integer> pods = ground.neighbours().spread(constraint, pod.namespace(), ground.nodes());
        Set<String> values = new HashSet<>();
        int qualified = 0;
        for (NodeEntry node : candidates) {
            if (hasAllKeys(constraints, node)) {
                values.add(node.labels().get(constraint.key()));
                qualified++;
            }
        }
        boolean host = constraint.key().equals(HOST);
        Map<String, Integer> counts = new HashMap<>();
        if (!host) {
            for (NodeEntry node : ground.nodes()) {
                String value = node.labels().get(constraint.key());
                if (value != null && values.contains(value) && counted(constraint, node)) {
                    counts.merge(value, pods.getOrDefault(node, 0), Integer::sum);
                }
            }
        }
        double weight = Math.log((host ? qualified : values.size()) + 2);
        for (int i = 0; i < sums.length; i++) {
            NodeEntry node = candidates.get(i);
            if (hasAllKeys(constraints, node)) {
                String value = node.labels().get(constraint.key());
                int count = host ? pods.getOrDefault(node, 0) : counts.getOrDefault(value, 0);
                sums[i] += count * weight + (constraint.maxSkew() - 1);
            }
        }
    }

    private long[] invert(List<NodeEntry> candidates, double[] sums) {
        long least = Long.MAX_VALUE;
        long most = 0;
        long[] scores = new long[sums.length];
        for (int i = 0; i < sums.length; i++) {
            scores[i] = Math.round(sums[i]);
            if (hasAllKeys(constraints, candidates.get(i))) {
                least = Math.min(least, scores[i]);
                most = Math.max(most, scores[i]);
            }
        }
        for (int i = 0; i < scores.length; i++) {
            if (!hasAllKeys(constraints, candidates.get(i))) {
                scores[i] = 0;
            } else {
                scores[i] = most == 0 ? Scores.MOST : Scores.MOST * (most + least - scores[i]) / most;
            }
        }
        return scores;
    }
}
