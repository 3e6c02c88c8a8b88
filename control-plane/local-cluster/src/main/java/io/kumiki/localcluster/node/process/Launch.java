package io.kumiki.localcluster.node.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything one start of a container needs. `folder` keeps pid, exit code and error of this start; `root` is the
/// container's private root,
/// used by the isolated modes only; `network` is a namespace to be entered; `system` are paths of the machine that its
/// programs live in.
public record Launch(
        Path folder,
        Path log,
        Path root,
        List<Path> system,
        List<Mount> mounts,
        List<String> command,
        Map<String, String> environment,
        String workingDir,
        @Nullable User user,
        Hardening hardening,
        ControlGroups.Limits limits,
        Console.Wish console,
        @Nullable Path network) {
    public static final String POD_UID = "KUMIKI_POD_UID";
    public static final String CONTAINER = "KUMIKI_CONTAINER";

    /// Numeric user, group and supplementary groups, when the pod asks for others than Kumiki's own.
    public record User(long uid, long gid, List<Long> groups) {
        String groupList() {
            return groups.isEmpty()
                    ? "-"
                    : String.join(",", groups.stream().map(String::valueOf).toList());
        }
    }

    public Launch {
        system = List.copyOf(system);
        mounts = List.copyOf(mounts);
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    Path error() {
        return folder.resolve("in/error");
    }
}
