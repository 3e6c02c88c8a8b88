package io.kumiki.web.kfp;

/// The ConfigMap `kfp-launcher` of a namespace, read when a run is created.
@FunctionalInterface
public interface LauncherConfig {
    String FACTORY_ROOT = "minio://mlpipeline/v2/artifacts";

    /// Its `defaultPipelineRoot`, or the factory's.
    String defaultPipelineRoot(String namespace);
}
