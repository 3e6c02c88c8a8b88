package io.kumiki.kube.scheduling;

import org.jspecify.annotations.Nullable;

/// Something that happened and may make room for a pod that waits.
sealed interface ClusterEvent {
    /// A node appeared (`before` is null) or changed in a way that matters here.
    record NodeChanged(NodeEntry node, NodeEntry.@Nullable Facts before) implements ClusterEvent {}

    record NodeGone(String node) implements ClusterEvent {}

    /// A pod came to a node.
    record PodCame(PodEntry pod, NodeEntry node) implements ClusterEvent {}

    /// A pod's labels or its end changed while it stays where it is.
    record PodChanged(PodEntry before, PodEntry after) implements ClusterEvent {}

    /// A pod left a node, or gave up a node that was being cleared for it.
    record PodLeft(PodEntry pod, NodeEntry node) implements ClusterEvent {}

    /// A claim, a volume or a storage class changed.
    record StorageChanged() implements ClusterEvent {}

    /// A namespace's labels changed.
    record NamespaceChanged() implements ClusterEvent {}
}
