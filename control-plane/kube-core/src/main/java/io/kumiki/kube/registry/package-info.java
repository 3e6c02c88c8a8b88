/// The verbs on objects: create, update, patch, delete, bind, list, watch, each under the cluster's one lock.
/// Knows no HTTP; durability is behind the journal port.
/// Objects and selections go in; stored objects and watch events come out.
@NullMarked
package io.kumiki.kube.registry;

import org.jspecify.annotations.NullMarked;
