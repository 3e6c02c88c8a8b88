package io.kumiki.agent;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where one output artifact lies in the container and which URI it becomes known by.
///
/// @param path null when the URI names something outside the container (`https://…`)
record Source(String uri, @Nullable String path) {

    static Source of(StepPlan.Output declared) {
        return new Source(declared.uri(), declared.path());
    }

    /// What the executor reported wins: its URI when it gives one, its `custom_path` as the place. A plain path
    /// that lies in a mount
    /// (a step without private mounts sees those as URIs) is turned back into the object store's URI.
    static Source of(
            StepPlan.Output declared,
            Map<String, @Nullable Object> reported,
            List<StepPlan.Mount> mounts,
            boolean only) {
        var uri = reported.get("uri") instanceof String s && !s.isBlank() ? s : "";
        var custom = reported.get("custom_path") instanceof String s && !s.isBlank() ? s : null;
        if (uri.isEmpty() && only || uri.equals(declared.path())) {
            uri = declared.uri();
        }
        var path = uri.equals(declared.uri()) ? declared.path() : null;
        for (var mount : mounts) {
            if (path == null && uri.startsWith(mount.uriPrefix())) {
                path = mount.path() + uri.substring(mount.uriPrefix().length());
            } else if (path == null && uri.startsWith(mount.path())) {
                path = uri;
                uri = mount.uriPrefix() + uri.substring(mount.path().length());
            }
        }
        return new Source(uri, custom != null ? custom : path);
    }
}
