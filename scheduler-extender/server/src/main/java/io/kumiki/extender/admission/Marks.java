package io.kumiki.extender.admission;

import java.util.List;
import java.util.Set;

/// Names on pods.
public final class Marks {
    public static final String GANG = "kumiki.io/gang";
    public static final String CLASS = "kumiki.io/gang-class";
    public static final String SIZE = "kumiki.io/gang-size";
    public static final String SIZES = "kumiki.io/gang-class-sizes";
    /// How many members a gang starts with at least: a number, or one for each class like [#SIZES].
    public static final String MINIMUM = "kumiki.io/min-members";
    /// GPU types of which one will do for the whole gang, with their speeds: `NVIDIA-H100-80GB-HBM3=1.0,NVIDIA-L4=0.3`.
    public static final String ALTERNATIVES = "kumiki.io/gpu-alternatives";
    public static final String SLOT = "kumiki.io/gang-slot";
    public static final String RESERVATION = "kumiki.io/reservation";
    public static final String DEVICES = "kumiki.io/devices";
    /// The promise that a single pod was made with.
    public static final String CLAIM = "kumiki.io/claim";
    public static final String WHY = "kumiki.io/why";
    /// The same as data.
    public static final String BECAUSE = "kumiki.io/because";
    /// Another system's group that a pod or a Gang is of: whoever carries it is a member, whatever controls it.
    public static final String GROUP = "kumiki.io/group";
    /// What the pod said to the scheduler's own gangs.
    static final String NATIVE = "kumiki.io/original-scheduling-group";
    public static final String EXPECTED = "kumiki.io/expected-seconds";
    /// When a pod last saved its state (RFC 3339), and what a restart costs it in seconds: what preemption counts.
    public static final String CHECKPOINT = "kumiki.io/last-checkpoint";
    public static final String RESTART = "kumiki.io/restart-seconds";
    /// "true" where its owner lets it be moved, to make room for others.
    public static final String MOVABLE = "kumiki.io/movable";
    /// Set by whoever can make its pods anew: they are pinned by affinity instead of being led by the filter verb,
    /// unless the scheduler looks at something of theirs that the planner does not.
    public static final String PINNED = "kumiki.io/pinned";
    /// Gate of a pod without a gang that waits.
    public static final String QUEUE = "kumiki.io/queue";
    /// Cluster Autoscaler's and Karpenter's: the node is not taken away from under it.
    static final String SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict";
    static final String DO_NOT_DISRUPT = "karpenter.sh/do-not-disrupt";
    public static final String PLAN = "kumiki.io/plan";
    public static final String BIND = "kumiki.io/bind";
    public static final String ONLY_CLASS = "member";
    /// Written by us alone: what a user sets there is taken off.
    static final Set<String> OURS = Set.of(SLOT, DEVICES, CLAIM, GROUP, NATIVE, "kumiki.io/epoch");

    /// Labels that say that a pod belongs to a gang.
    static final List<String> MEMBER_LABELS = List.of(
            GANG,
            "scheduling.x-k8s.io/pod-group",
            "pod-group.scheduling.sigs.k8s.io",
            "kai.scheduler/queue",
            "kueue.x-k8s.io/pod-group-name");
    /// Annotations that say so.
    static final List<String> MEMBER_ANNOTATIONS =
            List.of("scheduling.k8s.io/group-name", "scheduling.volcano.sh/group-name", "pod-group-name");

    private Marks() {}
}
