/// One contract, two clusters: what a client sees of the embedded Kubernetes is what it sees of the real one.
/// Knows no code of the server, only HTTP.
/// The same requests go to both; codes, bodies and events are asserted, and compared with each other.
@NullMarked
package io.kumiki.conformance.contract;

import org.jspecify.annotations.NullMarked;
