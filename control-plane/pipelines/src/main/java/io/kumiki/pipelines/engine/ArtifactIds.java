package io.kumiki.pipelines.engine;

/// Where the engine gets ids of new artifacts: ever rising, gaps allowed. The shell hands out blocks reserved in
/// the store.
@FunctionalInterface
public interface ArtifactIds {
    long next();
}
