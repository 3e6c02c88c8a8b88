package io.kumiki.localcluster.node.process;

/// What is left of a container's start that an earlier agent made.
public sealed interface Found {
    record Running(RunningContainer container) implements Found {}

    record Ended(RunningContainer.End end) implements Found {}

    /// Nothing of it ever ran.
    record NeverStarted() implements Found {}

    /// Neither the container nor its exit code is left.
    record Lost() implements Found {}
}
