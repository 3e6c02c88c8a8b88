/// Two Kubernetes clusters to hold side by side: the embedded one and a real control plane of separate processes.
/// Knows nothing of what is tested on them.
/// Programs and folders go in; a URL, a token and a kubeconfig come out.
@NullMarked
package io.kumiki.conformance.cluster;

import org.jspecify.annotations.NullMarked;
