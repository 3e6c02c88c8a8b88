/// How a record type becomes a CustomResourceDefinition.
/// Knows records and annotations, no kind.
/// A kind's class comes in, the tree of its definition comes out; manifests/crds holds what it gave.
@NullMarked
package io.kumiki.model.crd;

import org.jspecify.annotations.NullMarked;
