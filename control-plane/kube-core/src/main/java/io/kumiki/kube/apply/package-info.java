/// Field ownership: managedFields, and server-side apply with conflicts and force.
/// Knows nothing of storage.
/// A live object and what a manager wants go in; the merged object with its owners comes out.
@NullMarked
package io.kumiki.kube.apply;

import org.jspecify.annotations.NullMarked;
