package io.kumiki.kube.store;

import org.jspecify.annotations.Nullable;

/// One step of the revision sequence.
///
/// @param before `null` when the object is new
/// @param after `null` when the object was removed
public record Change(
        long revision,
        ObjectKey key,
        @Nullable StoredObject before,
        @Nullable StoredObject after) {}
