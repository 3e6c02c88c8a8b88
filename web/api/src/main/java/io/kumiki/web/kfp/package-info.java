/// The Kubeflow Pipelines v2beta1 REST surface: one table of routes over Store rows, in KFP's own JSON and error
/// format.
/// A handler writes a row (that is the acknowledgement) and returns; the run loop hears of it from the commit.
/// The app mounts {@link io.kumiki.web.kfp.KfpApi#routes()} wherever a client looks for it.
@org.jspecify.annotations.NullMarked
package io.kumiki.web.kfp;
