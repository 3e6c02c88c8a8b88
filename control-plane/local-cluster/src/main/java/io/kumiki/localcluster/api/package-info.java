/// The embedded Kubernetes on a socket and on disk: TLS, HTTP, watches, tokens, the SQLite journal.
/// Holds no policy: what a request means is kube-core's.
/// Bytes come in from clients and files; requests go to the cluster, its answers and durable entries go out.
@NullMarked
package io.kumiki.localcluster.api;

import org.jspecify.annotations.NullMarked;
