/// The embedded Kubernetes under clients that nobody changed: kubectl and the Python client.
/// Knows no code of the server, only its kubeconfig.
/// Commands go in, what they print is compared.
@org.jspecify.annotations.NullMarked
package io.kumiki.conformance.kube;
