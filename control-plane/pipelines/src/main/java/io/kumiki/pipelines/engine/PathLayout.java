package io.kumiki.pipelines.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where a step finds its files.
public sealed interface PathLayout {
    /// URI scheme → folder, as KFP's SDK maps them.
    Map<String, String> SCHEMES = Map.of("minio://", "/minio/", "s3://", "/s3/", "gs://", "/gcs/");

    String OCI = "oci://";

    /// Private mounts: `minio://b/k` is `/minio/b/k`, output parameters go to `/tmp/kfp/outputs/`.
    record Real() implements PathLayout {}

    /// No private mounts: everything lies below `<stepsRoot>/<run>/<task>/<attempt>/` (`minio://b/k` is
    /// `…/minio/b/k`, `/tmp/kfp/outputs/` is `…/tmp/kfp/outputs/`), and the step sees these paths as its artifacts'
    /// URIs.
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

    /// The folder that stands for `/` in what an attempt is told; empty where it really is `/`.
    default String folder(String runId, String taskId, int attempt) {
        return switch (this) {
            case Real r -> "";
            case Plain p -> p.stepsRoot + "/" + runId + "/" + taskId + "/" + attempt;
        };
    }

    default String workspace(String runId) {
        return switch (this) {
            case Real r -> "/kfp-workspace";
            case Plain p -> p.stepsRoot + "/" + runId + "/kfp-workspace";
        };
    }

    /// The scheme of a uri that has a folder of its own, null for any other.
    static @Nullable String scheme(String uri) {
        for (String scheme : SCHEMES.keySet()) {
            if (uri.startsWith(scheme)) {
                return scheme;
            }
        }
        return uri.startsWith(OCI) ? OCI : null;
    }

    /// The container path of a uri below the given folder; a uri of no known scheme is its own path.
    static String path(String folder, String uri) {
        String scheme = scheme(uri);
        if (scheme == null) {
            return uri;
        }
        String rest = uri.substring(scheme.length());
        return scheme.equals(OCI)
                ? folder + "/oci/" + rest.replace('/', '_') + "/models"
                : folder + SCHEMES.get(scheme) + rest;
    }

    /// The uri an attempt is told; where there are no private mounts it is the path itself.
    default String visible(String folder, String uri) {
        return this instanceof Plain ? path(folder, uri) : uri;
    }

    /// The other way round: the store's uri of what a step reports.
    static String stored(String folder, String reported) {
        if (!folder.isEmpty() && reported.startsWith(folder + "/")) {
            String inside = reported.substring(folder.length());
            for (var e : SCHEMES.entrySet()) {
                if (inside.startsWith(e.getValue())) {
                    return e.getKey() + inside.substring(e.getValue().length());
                }
            }
        }
        return reported;
    }
}
