package io.kumiki.localcluster.node;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a [BuiltInImage] sees of its container. It runs outside the pod's mount namespace, so every container path
/// goes through [#hostPath].
public interface BuiltInContainer {
    /// The words after the image's own entry point: `command` (if the pod gives one) without its first word, then
    /// `args`.
    List<String> args();

    Map<String, String> env();

    /// Where a path inside the container lies on this machine; a path outside every volumeMount lies in the
    /// container's private root.
    Path hostPath(String containerPath);

    /// Standard output and error of the container, kept as its log.
    PrintStream log();

    /// True once the pod asked this container to end (SIGTERM).
    boolean stopRequested();

    /// Waits for that moment.
    void awaitStop() throws InterruptedException;
}
