/// The quota tree: who may use how much, what is borrowed, who holds what somebody else is missing.
/// Knows no Kubernetes client, clock or ledger.
/// A tree and its usage come in, an admission or a refusal with its holders comes out.
@NullMarked
package io.kumiki.quota;

import org.jspecify.annotations.NullMarked;
