package io.kumiki.localcluster.node.engine;

import io.kumiki.localcluster.node.process.Console;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Mount;
import java.util.List;
import java.util.Map;

/// A container as an engine is to create it.
///
/// @param network `host`, or `ns:` and the file of a network namespace
public record ContainerOrder(
        Programs programs,
        Rights rights,
        List<Mount> mounts,
        String network,
        String hostname,
        ControlGroups.Limits limits,
        Console.Wish console,
        Map<String, String> labels) {
    public ContainerOrder {
        mounts = List.copyOf(mounts);
        labels = Map.copyOf(labels);
    }

    /// What runs in it. Empty lists and texts mean the image's own.
    ///
    /// @param stopSignal empty for the image's own
    public record Programs(
            String image,
            List<String> entryPoint,
            List<String> arguments,
            Map<String, String> environment,
            String workingDir,
            String stopSignal) {}

    /// What it may do.
    ///
    /// @param user `UID[:GID]`, or empty for the image's own
    /// @param options of the engine's own form, like `no-new-privileges`
    public record Rights(
            String user,
            List<Long> groups,
            boolean readOnlyRoot,
            List<String> addCapabilities,
            List<String> dropCapabilities,
            List<String> options) {}
}
