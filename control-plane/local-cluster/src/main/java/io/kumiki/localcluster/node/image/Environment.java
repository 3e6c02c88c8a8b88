package io.kumiki.localcluster.node.image;

import java.nio.file.Path;

/// What provides a container's programs.
public sealed interface Environment {
    /// A Python of this machine: its version ("3.11"), its interpreter and the folder it is installed under.
    record Python(String version, Path interpreter, Path prefix) implements Environment {}

    /// The host's own shell and commands.
    record HostShell() implements Environment {}

    /// The image itself, in a container engine.
    record Image() implements Environment {}

    /// Code inside this process, by its image prefix.
    record BuiltIn(String prefix) implements Environment {}
}
