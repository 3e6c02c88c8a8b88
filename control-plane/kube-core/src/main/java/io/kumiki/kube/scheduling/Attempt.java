package io.kumiki.kube.scheduling;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One try to place one pod. The shell asks in this order: [#onNominatedNode] or [#filter], then extenders narrow the
/// nodes by [#keep], then [#best], or [#preempt] when none is left.
public final class Attempt {
    /// What the plugin for resource claims adds in front of preemption's word, and instead of it when no node was
    /// looked at.
    private static final String AFTER_FILTER = " no new claims to deallocate, preemption: ";

    private static final String AFTER_BLOCKED = " not found";

    private final PodEntry pod;
    private final NodeTable table;
    private final Budgets budgets;
    private final Map<String, Refusal> refusals = new HashMap<>();
    private List<NodeEntry> fits = new ArrayList<>();
    private @Nullable Cycle cycle;
    private String blocked = "";
    private String others = "";

    private final boolean decidedOutside;

    Attempt(PodEntry pod, boolean decidedOutside, NodeTable table, Budgets budgets) {
        this.pod = pod;
        this.decidedOutside = decidedOutside;
        this.table = table;
        this.budgets = budgets;
        if (pod.shape().nodes.pinned() != null && pod.shape().nodes.pinned().isEmpty()) {
            blocked = "pod affinity terms conflict";
            return;
        }
        switch (PodClaims.read(pod, table.volumes, table.claimUsers())) {
            case PodClaims.Read.None ignored -> cycle = new Cycle(pod, table, null);
            case PodClaims.Read.Blocked why -> blocked = why.message();
            case PodClaims.Read.Ready ready -> cycle = new Cycle(pod, table, ready.claims());
        }
    }

    public PodEntry pod() {
        return pod;
    }

    /// Whether an extender has a say.
    public boolean decidedOutside() {
        return decidedOutside;
    }

    /// Looks at the node that is being cleared for the pod, alone.
    public boolean onNominatedNode() {
        NodeEntry node = pod.nominatedNode().isEmpty() ? null : table.node(pod.nominatedNode());
        if (cycle != null && node != null && cycle.refusal(node) == null) {
            fits = new ArrayList<>(List.of(node));
        }
        return !fits.isEmpty();
    }

    /// Looks at all nodes; whether any will do.
    public boolean filter() {
        fits = new ArrayList<>();
        refusals.clear();
        Cycle now = cycle;
        if (now == null) {
            return false;
        }
        Set<String> pinned = pod.shape().nodes.pinned();
        List<NodeEntry> looked = table.inOrder();
        if (pinned != null) {
            looked = pinned.stream()
                    .sorted()
                    .map(table::node)
                    .filter(node -> node != null)
                    .toList();
            others = "node(s) didn't satisfy plugin(s) [NodeAffinity]";
        }
        for (NodeEntry node : looked) {
            Refusal refusal = now.refusal(node);
            if (refusal == null) {
                fits.add(node);
            } else {
                refusals.put(node.name, refusal);
            }
        }
        return !fits.isEmpty();
    }

    /// The nodes that are left, in name order.
    public List<String> nodes() {
        return fits.stream().map(node -> node.name).toList();
    }

    /// How many nodes are left.
    public int feasible() {
        return fits.size();
    }

    /// What an extender says of the nodes it was asked about.
    ///
    /// @param kept those that stay
    /// @param refused why others do not
    /// @param firmly the same where removing pods would not help either
    /// @param otherwise the reason of nodes that it leaves out without a word
    public record Left(Set<String> kept, Map<String, String> refused, Map<String, String> firmly, String otherwise) {}

    /// An extender has spoken.
    public void keep(Left left) {
        List<NodeEntry> kept = new ArrayList<>();
        Map<String, Refusal> equal = new HashMap<>();
        for (NodeEntry node : fits) {
            if (left.kept.contains(node.name)) {
                kept.add(node);
                continue;
            }
            String firm = left.firmly.get(node.name);
            String why = firm != null ? firm : left.refused.getOrDefault(node.name, left.otherwise);
            boolean resolvable = firm == null && left.refused.containsKey(node.name);
            refusals.put(
                    node.name,
                    equal.computeIfAbsent(
                            resolvable + why, key -> new Refusal(Cause.EXTENDER, List.of(why), resolvable)));
        }
        fits = kept;
    }

    /// The best of the nodes that are left; equal ones in name order, so that the same input gives the same node.
    ///
    /// @param extra what extenders add, by node
    public String best(Map<String, Long> extra) {
        if (fits.size() == 1) {
            return fits.get(0).name;
        }
        long[] scores = scores();
        int best = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] += extra.getOrDefault(fits.get(i).name, 0L);
            best = scores[i] > scores[best] ? i : best;
        }
        return fits.get(best).name;
    }

    /// Emptier and more even is better, preferences count double, avoided taints threefold: the default profile.
    long[] scores() {
        Cycle now = java.util.Objects.requireNonNull(cycle);
        ShapeFit fit = now.fit();
        long[] total = new long[fits.size()];
        long[] preferred = new long[total.length];
        long[] avoided = new long[total.length];
        for (int i = 0; i < total.length; i++) {
            NodeEntry node = fits.get(i);
            total[i] = fit.room(node);
            preferred[i] = fit.preferred(node);
            avoided[i] = fit.avoided(node);
        }
        Scores.normalise(preferred, false);
        Scores.normalise(avoided, true);
        add(total, preferred, 2);
        add(total, avoided, 3);
        add(total, Spread.scores(new Spread.Ground(pod, fit, table.neighbours, table.everywhere()), fits), 2);
        add(total, InterPod.scores(pod, fits, table.neighbours, table.everywhere()), 2);
        return total;
    }

    private static void add(long[] total, long @Nullable [] part, int weight) {
        if (part != null) {
            for (int i = 0; i < total.length; i++) {
                total[i] += weight * part[i];
            }
        }
    }

    /// What must be written and waited for before the pod may be bound there.
    public VolumePlan volumes(String nodeName) {
        NodeEntry node = table.node(nodeName);
        PodClaims claims = cycle == null ? null : cycle.claims();
        VolumePlan plan = claims == null || node == null ? null : claims.plan(node);
        return plan == null ? VolumePlan.NOTHING : plan;
    }

    /// Looks for pods of less priority that could go, when no node is left.
    public Preemption preempt() {
        return new Preemption.Search(pod, table, budgets).find(cycle, refusals);
    }

    /// Why no node is left. @param preemption what came of it, or empty
    public String message(String preemption) {
        int all = table.inOrder().size();
        if (all == 0) {
            return "no nodes available to schedule pods";
        }
        if (!blocked.isEmpty()) {
            return Sentence.blocked(all, blocked) + AFTER_BLOCKED;
        }
        String start = Sentence.of(all, refusals, others);
        return preemption.isEmpty() ? start : start + AFTER_FILTER + preemption;
    }

    /// What kept the pod off the nodes.
    Set<Cause> causes() {
        Set<Cause> causes = EnumSet.noneOf(Cause.class);
        refusals.values().forEach(refusal -> causes.add(refusal.cause()));
        if (!blocked.isEmpty()) {
            causes.add(Cause.VOLUMES);
        }
        if (!others.isEmpty()) {
            causes.add(Cause.NODE_AFFINITY);
        }
        return causes;
    }

    /// Why one node will not do; null when it will, or was not looked at.
    @Nullable
    Refusal refusal(String node) {
        return refusals.get(node);
    }
}
