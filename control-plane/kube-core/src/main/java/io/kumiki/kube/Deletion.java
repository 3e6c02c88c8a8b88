package io.kumiki.kube;

import org.jspecify.annotations.Nullable;

/// How an object is to be deleted.
///
/// @param graceSeconds `null` for the object's own
/// @param propagation `Background`, `Foreground` or `Orphan`; `null` for the kind's own
/// @param uid only when the object still has this uid
/// @param resourceVersion only when the object is still at this revision
public record Deletion(
        @Nullable Long graceSeconds,
        @Nullable String propagation,
        @Nullable String uid,
        @Nullable String resourceVersion,
        boolean dryRun) {
    public static final Deletion DEFAULT = new Deletion(null, null, null, null, false);
    /// At once, without waiting for a node agent. What a node agent sends when a pod's containers are gone.
    public static final Deletion NOW = new Deletion(0L, null, null, null, false);

    public Deletion onlyUid(String wanted) {
        return new Deletion(graceSeconds, propagation, wanted, resourceVersion, dryRun);
    }
}
