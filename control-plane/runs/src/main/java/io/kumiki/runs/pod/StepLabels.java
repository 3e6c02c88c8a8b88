package io.kumiki.runs.pod;

/// Labels and annotations of a step's pod, and the names of its containers.
public final class StepLabels {
    public static final String RUN = "kumiki.io/run";
    public static final String TASK = "kumiki.io/task";
    /// Which store the run is in; two installations may share a cluster.
    public static final String INSTALLATION = "kumiki.io/installation";
    public static final String TASK_PATH = "kumiki.io/task-path";
    public static final String ATTEMPT = "kumiki.io/attempt";
    /// Where the log is kept once the pod has ended.
    public static final String LOG = "kumiki.io/log";
    /// Everything of this attempt in object storage lies below it.
    public static final String ROOT = "kumiki.io/task-root";
    /// JSON outputs for a step that lands on a simulated node.
    public static final String SIMULATED_OUTPUTS = "kumiki.io/simulated-outputs";

    /// On nodes that only pretend to run pods.
    public static final String SIMULATED = "kumiki.io/simulated";

    /// What stands in for the image on this node, written by the node.
    public static final String IMAGE = "kumiki.io/image-note";

    public static final String MAIN = "main";
    public static final String FETCH = "fetch";
    public static final String PUBLISH = "publish";

    private StepLabels() {}
}
