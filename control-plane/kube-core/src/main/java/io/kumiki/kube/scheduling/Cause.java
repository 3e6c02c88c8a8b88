package io.kumiki.kube.scheduling;

/// What kept a pod off a node: what must change before another try can help.
public enum Cause {
    UNSCHEDULABLE,
    TAINT,
    NODE_AFFINITY,
    PORTS,
    RESOURCES,
    VOLUMES,
    SPREAD,
    NEIGHBOURS,
    EXTENDER
}
