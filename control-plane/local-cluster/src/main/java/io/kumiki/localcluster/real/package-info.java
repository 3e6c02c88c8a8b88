/// A real Kubernetes control plane as processes of this machine, for tests and benchmarks.
/// Knows nothing of what is measured on it; nothing of the product depends on it.
/// Programs and a folder go in; a URL, tokens and processes come out.
@NullMarked
package io.kumiki.localcluster.real;

import org.jspecify.annotations.NullMarked;
