package io.kumiki.pipelines.ir;

/// A declared input or output artifact.
///
/// @param type schema title: `system.Dataset`
public record ArtifactDefinition(
        String name, String type, String schemaVersion, boolean list, boolean optional, String description) {}
