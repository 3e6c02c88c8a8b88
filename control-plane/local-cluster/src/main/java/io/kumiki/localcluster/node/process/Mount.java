package io.kumiki.localcluster.node.process;

import java.nio.file.Path;

/// A file or folder of this machine that a container sees at `target`.
public record Mount(Path source, String target, boolean readOnly) {}
