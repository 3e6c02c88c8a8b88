/// JSON patch, merge patch and strategic merge patch on JSON trees.
/// Knows nothing of stored objects.
/// A document and a patch go in; the patched document comes out, the given one stays as it was.
@NullMarked
package io.kumiki.kube.patch;

import org.jspecify.annotations.NullMarked;
