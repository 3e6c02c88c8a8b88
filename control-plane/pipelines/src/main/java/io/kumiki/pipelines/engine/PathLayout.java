package io.kumiki.pipelines.engine;

/// Where a step finds its files.
public sealed interface PathLayout {
    /// Private mounts: `minio://b/k` is `/minio/b/k`, output parameters go to `/tmp/kfp/outputs/`.
    record Real() implements PathLayout {}

    /// No private mounts: everything lies below `<stepsRoot>/<run>/<task>/<attempt>/` (`minio://b/k` is
    /// `…/minio/b/k`, `/tmp/kfp/outputs/` is `…/tmp/kfp/outputs/`), and the step sees these paths as its artifacts' URIs.
    /// The workspace is `<stepsRoot>/<run>/kfp-workspace`.
    ///
    /// @param stepsRoot absolute, without a trailing slash
    record Plain(String stepsRoot) implements PathLayout {}

    static PathLayout real() {
        return new Real();
    }

    static PathLayout plain(String stepsRoot) {
        return new Plain(stepsRoot);
    }

    /// What must be writable and shared by the step's containers: `/minio`, `/s3`, `/gcs`, `/tmp` … or the one folder.
    default String folder(String runId, String taskId, int attempt) {
        return switch (this) {
            case Real r -> "";
            case Plain p -> p.stepsRoot + "/" + runId + "/" + taskId + "/" + attempt;
        };
    }
}
