package io.kumiki.kube;

/// What a writer asks for beside the object itself.
///
/// @param manager the name under which written fields are owned
/// @param fieldValidation `Ignore`, `Warn` or `Strict`
public record WriteOptions(String manager, boolean dryRun, boolean force, String fieldValidation) {
    public static WriteOptions by(String manager) {
        return new WriteOptions(manager, false, false, "Ignore");
    }

    public WriteOptions forced() {
        return new WriteOptions(manager, dryRun, true, fieldValidation);
    }
}
