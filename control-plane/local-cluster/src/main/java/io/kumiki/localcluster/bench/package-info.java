/// What the API server costs, beside a real kube-apiserver on the same machine with the same client.
/// Starts servers as processes of their own, so that their CPU and memory are theirs alone.
/// Registered in app's Benchmarks as `apiserver`.
@NullMarked
package io.kumiki.localcluster.bench;

import org.jspecify.annotations.NullMarked;
