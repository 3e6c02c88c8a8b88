package io.kumiki.kube;

import java.util.function.Consumer;

/// What a writer asks for beside the object itself.
///
/// @param manager the name under which written fields are owned
/// @param force whether server-side apply takes fields away from others
/// @param fieldValidation `Ignore`, `Warn` or `Strict`: what happens to unknown fields, which are dropped in any
///     case
/// @param warnings hears what the client should be told though the write succeeds
public record WriteOptions(
        String manager, boolean dryRun, boolean force, String fieldValidation, Consumer<String> warnings) {
    public static WriteOptions by(String manager) {
        return new WriteOptions(manager, false, false, "Ignore", warning -> {});
    }

    public WriteOptions forced() {
        return new WriteOptions(manager, dryRun, true, fieldValidation, warnings);
    }
}
