/// Label and field selectors.
/// Knows nothing of kinds.
/// Text goes in; a predicate over labels or field values comes out.
@NullMarked
package io.kumiki.kube.select;

import org.jspecify.annotations.NullMarked;
