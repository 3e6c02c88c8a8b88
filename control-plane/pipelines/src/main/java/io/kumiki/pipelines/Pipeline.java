package io.kumiki.pipelines;

import io.kumiki.pipelines.ir.ArtifactDefinition;
import io.kumiki.pipelines.ir.ParameterDefinition;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A checked pipeline: everything in it has been resolved, so running it cannot meet an unknown name.
public final class Pipeline {
    Pipeline() {}

    public String name() {
        throw new UnsupportedOperationException();
    }

    public String displayName() {
        throw new UnsupportedOperationException();
    }

    public String description() {
        throw new UnsupportedOperationException();
    }

    /// `kfp-2.17.0`, empty when the document does not say.
    public String sdkVersion() {
        throw new UnsupportedOperationException();
    }

    public @Nullable String defaultRoot() {
        throw new UnsupportedOperationException();
    }

    /// In the order of the document.
    public List<ParameterDefinition> inputs() {
        throw new UnsupportedOperationException();
    }

    public List<ArtifactDefinition> artifactInputs() {
        throw new UnsupportedOperationException();
    }

    /// Images that can be known before a run, without those of volume commands.
    public Set<String> literalImages() {
        throw new UnsupportedOperationException();
    }

    public RunPolicy policy() {
        throw new UnsupportedOperationException();
    }
}
