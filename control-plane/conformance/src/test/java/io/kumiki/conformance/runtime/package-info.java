/// The generic controller against the embedded API server.
/// Knows no feature's kinds: it reconciles plain config maps.
/// Objects are written with a client, and what the loop makes of them is awaited.
@NullMarked
package io.kumiki.conformance.runtime;

import org.jspecify.annotations.NullMarked;
