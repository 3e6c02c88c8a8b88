package io.kumiki.extender.rig;

import java.util.List;

/// How the extender is installed on a cluster.
public enum Mode {
    /// The cluster's own scheduler asks it.
    CLUSTER_SCHEDULER("default-scheduler", List.of()),
    /// A second stock scheduler asks it, beside the cluster's own, which knows nothing of us and is kept off the GPU
    /// nodes by their taint.
    OWN_SCHEDULER("kumiki-scheduler", List.of("--own-scheduler", "kumiki-scheduler"));

    private final String scheduler;
    private final List<String> flags;

    Mode(String scheduler, List<String> flags) {
        this.scheduler = scheduler;
        this.flags = flags;
    }

    /// Of a benchmark's option `--mode`: `cluster` or `own`; without one the cluster's own scheduler.
    static Mode of(@org.jspecify.annotations.Nullable String option) {
        return switch (option == null ? "cluster" : option) {
            case "cluster" -> CLUSTER_SCHEDULER;
            case "own" -> OWN_SCHEDULER;
            default -> throw new IllegalArgumentException("--mode is cluster or own, not " + option);
        };
    }

    /// Name of the scheduler that asks the extender.
    public String scheduler() {
        return scheduler;
    }

    /// What `kumiki extender` is told of it.
    List<String> flags() {
        return flags;
    }
}
