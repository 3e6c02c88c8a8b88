package io.kumiki.kube;

import java.util.function.Consumer;

/// What a writer asks for beside the object itself.
///
/// @param manager the name under which written fields are owned
/// @param force whether server-side apply takes fields away from others
/// @param fieldValidation `Ignore`, `Warn` or `Strict`: what happens to unknown fields, which are dropped in any
///     case
/// @param warnings hears what the client should be told though the write succeeds
/// @param caller who writes: some may give away only what they hold
public record WriteOptions(
        String manager,
        boolean dryRun,
        boolean force,
        String fieldValidation,
        Consumer<String> warnings,
        Caller caller) {
    /// One of the cluster's own parts.
    public static WriteOptions by(String manager) {
        return new WriteOptions(manager, false, false, "Ignore", warning -> {}, Caller.SYSTEM);
    }

    public WriteOptions forced() {
        return new WriteOptions(manager, dryRun, true, fieldValidation, warnings, caller);
    }

    public WriteOptions hearing(boolean dry, Consumer<String> listener) {
        return new WriteOptions(manager, dry, force, fieldValidation, listener, caller);
    }

    public WriteOptions as(Caller other) {
        return new WriteOptions(manager, dryRun, force, fieldValidation, warnings, other);
    }
}
