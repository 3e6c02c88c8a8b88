package io.kumiki.kube.scheduling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which pods of less priority must go so that a pod fits: tried in thought on every node where fewer pods could
/// help, as few victims as possible on each, and the node that hurts least.
public sealed interface Preemption {
    /// Nothing can be preempted.
    ///
    /// @param message ends the sentence of the refusal
    /// @param clears whether a node that was being cleared for the pod is given up
    record Hopeless(String message, boolean clears) implements Preemption {}

    /// Nodes that can be cleared, in name order.
    record Candidates(List<Candidate> candidates) implements Preemption {
        public Candidates {
            candidates = List.copyOf(candidates);
        }
    }

    /// One node and the pods that must leave it, most important first.
    ///
    /// @param violations how many of them a disruption budget protects
    record Candidate(String node, List<PodEntry> victims, long violations) {
        public Candidate {
            victims = List.copyOf(victims);
        }
    }

    /// The one that hurts least: fewest budgets broken, then lowest highest priority, then smallest sum of priorities,
    /// then fewest pods, then the youngest, then by name.
    static Candidate choose(List<Candidate> candidates) {
        return candidates.stream().min(LEAST_HARM).orElseThrow();
    }

    Comparator<Candidate> LEAST_HARM = Comparator.comparingLong(Candidate::violations)
            .thenComparingInt(Search::highest)
            .thenComparingLong(Search::sum)
            .thenComparingInt(candidate -> candidate.victims().size())
            .thenComparing(Search::begun, Comparator.reverseOrder())
            .thenComparing(Candidate::node);

    /// The search itself.
    final class Search {
        private static final int LEAST_CANDIDATES = 100;
        private static final int SHARE = 10;
        private static final Comparator<PodEntry> IMPORTANCE = Comparator.comparingInt(
                        (PodEntry pod) -> -pod.priority())
                .thenComparing(Search::begun)
                .thenComparing(PodEntry::uid);

        private final PodEntry pod;
        private final NodeTable table;
        private final Budgets budgets;

        Search(PodEntry pod, NodeTable table, Budgets budgets) {
            this.pod = pod;
            this.table = table;
            this.budgets = budgets;
        }

        /// @param cycle null when no node was looked at, since no node can help
        /// @param refusals why each node will not do; nodes that are missing cannot be helped
        Preemption find(@Nullable Cycle cycle, Map<String, Refusal> refusals) {
            if (pod.shape().neverPreempts) {
                return new Hopeless("not eligible due to preemptionPolicy=Never.", false);
            }
            Refusal nominated = refusals.get(pod.nominatedNode());
            if (nominated != null && nominated.resolvable() && clearing(pod.nominatedNode())) {
                return new Hopeless("not eligible due to a terminating pod on the nominated node.", false);
            }
            List<NodeEntry> possible = new ArrayList<>();
            for (NodeEntry node : table.inOrder()) {
                Refusal refusal = refusals.get(node.name);
                if (refusal != null && refusal.resolvable()) {
                    possible.add(node);
                }
            }
            Map<String, Refusal> told = new HashMap<>();
            List<Candidate> found = cycle == null ? List.of() : tryAll(cycle, possible, told);
            if (!found.isEmpty()) {
                return new Candidates(found);
            }
            return new Hopeless(
                    Sentence.of(table.inOrder().size(), told, "Preemption is not helpful for scheduling"), true);
        }

        /// A victim of an earlier preemption is still ending there: its place is coming.
        private boolean clearing(String nodeName) {
            NodeEntry node = table.node(nodeName);
            return node != null
                    && node.pods().stream()
                            .anyMatch(other ->
                                    other.marks().preempted() && pod.shape().preemptsBelow(other.priority()));
        }

        /// Enough candidates are enough: from a place that depends on the pod, so that many preemptors do not all look
        /// at the same nodes first.
        private List<Candidate> tryAll(Cycle cycle, List<NodeEntry> nodes, Map<String, Refusal> told) {
            List<Candidate> found = new ArrayList<>();
            int enough = Math.max(LEAST_CANDIDATES, nodes.size() / SHARE);
            boolean anybody = table.anyBelow(pod.priority());
            int start = nodes.isEmpty() ? 0 : Math.floorMod(pod.uid().hashCode(), nodes.size());
            for (int i = 0; i < nodes.size() && found.size() < enough; i++) {
                NodeEntry node = nodes.get((start + i) % nodes.size());
                Candidate candidate = anybody ? on(node, cycle, told) : nobody(node, told);
                if (candidate != null) {
                    found.add(candidate);
                }
            }
            found.sort(Comparator.comparing(Candidate::node));
            return found;
        }

        private static @Nullable Candidate nobody(NodeEntry node, Map<String, Refusal> told) {
            told.put(node.name, NOBODY);
            return null;
        }

        private static final Refusal NOBODY =
                Refusal.firm(Cause.RESOURCES, "No preemption victims found for incoming pod");

        private @Nullable Candidate on(NodeEntry node, Cycle cycle, Map<String, Refusal> told) {
            List<PodEntry> before = List.copyOf(node.pods());
            List<PodEntry> lesser = before.stream()
                    .filter(other -> pod.shape().preemptsBelow(other.priority()))
                    .sorted(IMPORTANCE)
                    .toList();
            if (lesser.isEmpty()) {
                return nobody(node, told);
            }
            lesser.forEach(other -> cycle.suppose(other, node, -1));
            Set<PodEntry> out = new HashSet<>(lesser);
            try {
                Refusal still = cycle.refusalInThought(node);
                if (still != null) {
                    told.put(node.name, still);
                    return null;
                }
                return reprieve(node, cycle, lesser, out);
            } finally {
                out.forEach(other -> cycle.suppose(other, node, 1));
            }
        }

        /// Puts back whoever may stay: those that a budget protects first, the more important before the less.
        private Candidate reprieve(NodeEntry node, Cycle cycle, List<PodEntry> lesser, Set<PodEntry> out) {
            List<PodEntry> protectedOnes = budgets.violating(lesser);
            List<PodEntry> order = new ArrayList<>(protectedOnes);
            lesser.stream().filter(other -> !protectedOnes.contains(other)).forEach(order::add);
            long violations = 0;
            for (PodEntry other : order) {
                cycle.suppose(other, node, 1);
                if (cycle.refusalInThought(node) == null) {
                    out.remove(other);
                } else {
                    cycle.suppose(other, node, -1);
                    violations += protectedOnes.contains(other) ? 1 : 0;
                }
            }
            List<PodEntry> victims = out.stream().sorted(IMPORTANCE).toList();
            return new Candidate(node.name, victims, violations);
        }

        private static int highest(Candidate candidate) {
            return candidate.victims().stream()
                    .mapToInt(PodEntry::priority)
                    .max()
                    .orElse(Integer.MIN_VALUE);
        }

        private static long sum(Candidate candidate) {
            return candidate.victims().stream()
                    .mapToLong(victim -> (long) victim.priority() + Integer.MAX_VALUE + 1L)
                    .sum();
        }

        /// When the longest running of the most important victims began.
        private static Instant begun(Candidate candidate) {
            int highest = highest(candidate);
            return candidate.victims().stream()
                    .filter(victim -> victim.priority() == highest)
                    .map(Search::begun)
                    .min(Comparator.naturalOrder())
                    .orElse(Instant.MAX);
        }

        private static Instant begun(PodEntry pod) {
            Instant started = pod.marks().started();
            return started == null ? Instant.MAX : started;
        }
    }
}
