package io.kumiki.kube.rest;

import io.kumiki.kube.ResourceType;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a path under /api/v1 or /apis/GROUP/VERSION means.
///
/// @param namespace empty when the path names none
/// @param name empty for the whole collection
/// @param part the subresource, empty for the object itself
/// @param watch whether the path itself asks to be watched: /api/v1/watch/…
/// @param tail what follows `proxy`, with its first slash; empty for every other path
record RequestPath(ResourceType type, String namespace, String name, String part, boolean watch, String tail) {
    /// /api/v1/namespaces/NAMESPACE/pods or services/NAME/proxy, and whatever then
    private static final Pattern PROXY =
            Pattern.compile("(/api/v1/namespaces/[^/]+/(?:pods|services)/[^/]+/proxy)(/.*)?", Pattern.DOTALL);

    private static final Set<String> OF_NAMESPACE = Set.of("status", "finalize");

    /// `null` when the path is no resource's.
    static @Nullable RequestPath parse(String path) {
        Matcher proxied = path.contains("/proxy") ? PROXY.matcher(path) : null;
        if (proxied != null && proxied.matches()) {
            return parse(proxied.group(1), proxied.group(2) == null ? "" : proxied.group(2));
        }
        return parse(path, "");
    }

    private static @Nullable RequestPath parse(String path, String tail) {
        List<String> all = List.of(path.split("/", -1));
        // A path begins with '/', so the first segment is empty.
        int skip;
        String group;
        if (all.size() > 3 && all.get(1).equals("api")) {
            skip = 3;
            group = "";
        } else if (all.size() > 4 && all.get(1).equals("apis")) {
            skip = 4;
            group = all.get(2);
        } else {
            return null;
        }
        String version = all.get(skip - 1);
        boolean watch = all.size() > skip + 1 && all.get(skip).equals("watch");
        List<String> rest = all.subList(watch ? skip + 1 : skip, all.size());
        if (rest.isEmpty() || rest.contains("")) {
            return null;
        }
        boolean inside = rest.getFirst().equals("namespaces")
                && rest.size() > 2
                && !(rest.size() == 3 && OF_NAMESPACE.contains(rest.get(2)));
        String namespace = inside ? rest.get(1) : "";
        List<String> own = inside ? rest.subList(2, rest.size()) : rest;
        if (own.size() > 3) {
            return null;
        }
        return new RequestPath(
                new ResourceType(group, version, own.getFirst()),
                namespace,
                own.size() > 1 ? own.get(1) : "",
                own.size() > 2 ? own.get(2) : "",
                watch,
                tail);
    }
}
