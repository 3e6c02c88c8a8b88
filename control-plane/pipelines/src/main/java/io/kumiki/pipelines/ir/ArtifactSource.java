package io.kumiki.pipelines.ir;

/// Where an artifact comes from.
public sealed interface ArtifactSource {
    /// An input of the surrounding DAG.
    record Input(String name) implements ArtifactSource {}

    record Output(int task, String key) implements ArtifactSource {}
}
