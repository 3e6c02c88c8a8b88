package io.kumiki.pipelines;

import io.kumiki.pipelines.ir.ArtifactDefinition;
import io.kumiki.pipelines.ir.Component;
import io.kumiki.pipelines.ir.Dag;
import io.kumiki.pipelines.ir.ParameterDefinition;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A checked pipeline: everything in it has been resolved, so running it cannot meet an unknown name.
///
/// @param sdkVersion `kfp-2.17.0`, empty when the document does not say
/// @param root its inputs are the pipeline's parameters, its body is always a [Dag]
/// @param literalImages images that can be known before a run; volume commands have none
/// @param tasks how many tasks there are when every nested DAG is written out once
public record Pipeline(
        String name,
        String displayName,
        String description,
        String sdkVersion,
        @Nullable String defaultRoot,
        Component root,
        Set<String> literalImages,
        RunPolicy policy,
        long tasks) {

    public Pipeline {
        literalImages = java.util.Collections.unmodifiableSet(new java.util.TreeSet<>(literalImages));
    }

    public Dag dag() {
        return (Dag) root.body();
    }

    /// In the order of the document.
    public List<ParameterDefinition> inputs() {
        return List.copyOf(root.inputs().values());
    }

    public List<ArtifactDefinition> artifactInputs() {
        return List.copyOf(root.inputArtifacts().values());
    }
}
