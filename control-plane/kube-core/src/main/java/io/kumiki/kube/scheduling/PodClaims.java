package io.kumiki.kube.scheduling;

import io.kumiki.kube.scheduling.VolumePlan.ClaimName;
import io.kumiki.kube.scheduling.Volumes.Claim;
import io.kumiki.kube.scheduling.Volumes.StorageClass;
import io.kumiki.kube.scheduling.Volumes.Volume;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The claims of one pod in one cycle: what they allow on a node, and what binding them there takes.
final class PodClaims {
    private static final Refusal IN_USE = Refusal.crowded(
            Cause.VOLUMES,
            "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by"
                    + " another pod");
    private static final String OUT_OF_REACH = "node(s) didn't match PersistentVolume's node affinity";
    private static final String NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
    private static final String LOST = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
    private static final Refusal WRONG_ZONE = Refusal.firm(Cause.VOLUMES, "node(s) had no available volume zone");
    private static final Set<String> ZONES = Set.of(
            "topology.kubernetes.io/zone",
            "topology.kubernetes.io/region",
            "failure-domain.beta.kubernetes.io/zone",
            "failure-domain.beta.kubernetes.io/region");

    private final PodEntry pod;
    private final Volumes known;
    private final List<Volume> bound = new ArrayList<>();
    private final List<Claim> delayed = new ArrayList<>();
    private boolean lost;
    /// Other pods that use a claim which only one pod may use.
    private int rivals;

    private PodClaims(PodEntry pod, Volumes known) {
        this.pod = pod;
        this.known = known;
    }

    /// A pod's claims, or the sentence that no node can help.
    sealed interface Read {
        record None() implements Read {}

        record Blocked(String message) implements Read {}

        record Ready(PodClaims claims) implements Read {}
    }

    /// @param users how many pods on nodes use a claim, by its key
    static Read read(PodEntry pod, Volumes known, Map<String, Integer> users) {
        if (pod.claims().isEmpty()) {
            return new Read.None();
        }
        PodClaims state = new PodClaims(pod, known);
        boolean immediate = false;
        for (PodEntry.Claim used : pod.claims()) {
            Claim claim = known.claim(pod.namespace(), used.name());
            String wrong = wrong(pod, used, claim);
            if (wrong != null || claim == null) {
                return new Read.Blocked(String.valueOf(wrong));
            }
            if (claim.oncePerPod()) {
                state.rivals += users.getOrDefault(claim.key(), 0);
            }
            if (claim.bound()) {
                Volume volume = known.volume(claim.state().volume());
                if (volume == null) {
                    state.lost = true;
                } else {
                    state.bound.add(volume);
                }
            } else if (known.waits(claim)) {
                state.delayed.add(claim);
            } else {
                immediate = true;
            }
        }
        state.delayed.sort(
                Comparator.comparingLong((Claim claim) -> claim.wanted().size()).thenComparing(Claim::name));
        return immediate ? new Read.Blocked("pod has unbound immediate PersistentVolumeClaims") : new Read.Ready(state);
    }

    private static @Nullable String wrong(PodEntry pod, PodEntry.Claim used, @Nullable Claim claim) {
        String name = "persistentvolumeclaim \"" + used.name() + "\"";
        if (claim == null) {
            return used.ephemeral()
                    ? "waiting for ephemeral volume controller to create the " + name
                    : name + " not found";
        }
        if (claim.state().phase().equals("Lost")) {
            return name + " bound to non-existent persistentvolume \""
                    + claim.state().volume() + "\"";
        }
        if (claim.state().terminating()) {
            return name + " is being deleted";
        }
        return used.ephemeral() && !claim.state().owners().contains(pod.uid())
                ? name + " was not created for pod " + pod.namespace() + "/" + pod.name() + " (pod is not owner)"
                : null;
    }

    @Nullable
    Refusal refusal(NodeEntry node) {
        if (rivals > 0) {
            return IN_USE;
        }
        List<String> reasons = new ArrayList<>();
        if (bound.stream().anyMatch(volume -> !volume.reachableFrom(node))) {
            reasons.add(OUT_OF_REACH);
        }
        if (!delayed.isEmpty() && plan(node) == null) {
            reasons.add(NO_VOLUME);
        }
        if (lost) {
            reasons.add(LOST);
        }
        if (!reasons.isEmpty()) {
            return new Refusal(Cause.VOLUMES, reasons, false);
        }
        return bound.stream().allMatch(volume -> inZone(volume, node)) ? null : WRONG_ZONE;
    }

    /// A volume's zone labels bind it only to nodes that have such labels at all.
    private static boolean inZone(Volume volume, NodeEntry node) {
        boolean zoned = ZONES.stream().anyMatch(node.labels()::containsKey);
        for (String key : ZONES) {
            String values = volume.labels().get(key);
            if (zoned
                    && values != null
                    && !List.of(values.split("__")).contains(node.labels().get(key))) {
                return false;
            }
        }
        return true;
    }

    /// What binding the claims there takes; null when it cannot be done.
    @Nullable
    VolumePlan plan(NodeEntry node) {
        Map<ClaimName, String> bind = new HashMap<>();
        List<ClaimName> provision = new ArrayList<>();
        for (Claim claim : delayed) {
            ClaimName name = new ClaimName(claim.namespace(), claim.name());
            String selected = claim.state().selectedNode();
            if (!selected.isEmpty() && !selected.equals(node.name)) {
                return null;
            }
            Volume volume = selected.isEmpty() ? known.match(claim, node, bind.values()) : null;
            if (volume != null) {
                bind.put(name, volume.name());
            } else if (canProvision(claim, node)) {
                provision.add(name);
            } else {
                return null;
            }
        }
        return new VolumePlan(bind, provision);
    }

    private boolean canProvision(Claim claim, NodeEntry node) {
        StorageClass of = known.storageClass(claim.wanted().storageClass());
        return of != null
                && of.provisions()
                && (of.topologies().isEmpty()
                        || of.topologies().stream().anyMatch(term -> term.matches(node.labels()::get)));
    }

    /// In thought another pod is (`by` 1) or is no longer (`by` -1) on a node.
    void suppose(PodEntry other, int by) {
        if (!other.namespace().equals(pod.namespace())) {
            return;
        }
        for (PodEntry.Claim theirs : other.claims()) {
            for (PodEntry.Claim mine : pod.claims()) {
                Claim claim = known.claim(pod.namespace(), mine.name());
                if (mine.name().equals(theirs.name()) && claim != null && claim.oncePerPod()) {
                    rivals += by;
                }
            }
        }
    }
}
