package io.kumiki.localcluster.node.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Where engines listen on this machine, in the order in which they are tried.
///
/// @param refusal why none is looked for; empty when they are
record EngineSockets(List<Path> paths, String refusal) {
    /// `KUMIKI_ENGINE` is `none` or a socket; else `DOCKER_HOST`; else the usual places.
    static EngineSockets of(Map<String, String> environment) {
        String wanted = environment.getOrDefault("KUMIKI_ENGINE", "");
        if (wanted.equals("none")) {
            return new EngineSockets(List.of(), "KUMIKI_ENGINE is none");
        }
        String name = wanted.isEmpty() ? "DOCKER_HOST" : "KUMIKI_ENGINE";
        String given = wanted.isEmpty() ? environment.getOrDefault("DOCKER_HOST", "") : wanted;
        if (!given.isEmpty()) {
            String path = given.startsWith("unix://") ? given.substring("unix://".length()) : given;
            return path.startsWith("/")
                    ? new EngineSockets(List.of(Path.of(path)), "")
                    : new EngineSockets(
                            List.of(),
                            name + " is " + given + ", and only an engine of this machine can be used: a socket like"
                                    + " unix:///var/run/docker.sock");
        }
        List<Path> paths = new ArrayList<>();
        paths.add(Path.of("/var/run/docker.sock"));
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        if (runtime.startsWith("/")) {
            paths.add(Path.of(runtime, "docker.sock"));
            paths.add(Path.of(runtime, "podman/podman.sock"));
        }
        paths.add(Path.of("/run/podman/podman.sock"));
        return new EngineSockets(List.copyOf(paths), "");
    }
}
