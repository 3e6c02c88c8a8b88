package io.kumiki.runtime.work;

import io.fabric8.kubernetes.api.model.HasMetadata;
import org.jspecify.annotations.Nullable;

/// One step of a plan. Doing it twice does no harm.
public sealed interface Action {
    /// Server-side apply with our field manager: `desired` holds only the fields we own.
    record Apply(HasMetadata desired) implements Action {}

    /// Create; that it exists already counts as done, because its name is derived from what it is for.
    record Create(HasMetadata desired) implements Action {}

    /// Delete; that it is gone already counts as done. A target that carries a resourceVersion is deleted only as
    /// long as it is unchanged.
    record Delete(HasMetadata target, @Nullable Long graceSeconds) implements Action {}

    /// Tell people, as a Kubernetes Event about the object.
    record Emit(HasMetadata about, String type, String reason, String message) implements Action {}
}
