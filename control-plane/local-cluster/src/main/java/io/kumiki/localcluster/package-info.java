/// Shells of the embedded Kubernetes: TLS and HTTP, persistence, extender calls, the node agent.
/// Holds no policy: what an object means is kube-core's.
/// Requests are decoded, handed to the core, answered.
@NullMarked
package io.kumiki.localcluster;

import org.jspecify.annotations.NullMarked;
