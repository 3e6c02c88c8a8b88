package io.kumiki.agent;

import java.nio.file.Path;

/// Where a path inside the step's container lies for this process: itself inside a pod, somewhere under the pod's
/// folder
/// when the agent runs inside the node agent.
@FunctionalInterface
public interface PathView {
    Path hostPath(String containerPath);

    /// The agent runs in the container itself.
    static PathView same() {
        return Path::of;
    }
}
