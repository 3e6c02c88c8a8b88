/// Steps as pods: how one is rendered, created, followed and read.
/// Knows nothing of rows or of the engine's decisions.
/// A StepRequest becomes a Pod; what Kubernetes says about that pod becomes one PodNews.
@NullMarked
package io.kumiki.runs.pod;

import org.jspecify.annotations.NullMarked;
