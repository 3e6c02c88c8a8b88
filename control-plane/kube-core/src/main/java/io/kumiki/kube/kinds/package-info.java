/// What is served: one descriptor for each kind, built in or defined by a CustomResourceDefinition.
/// Knows no request.
/// Group, version and plural go in; schema, selectable fields, columns and rules come out.
@NullMarked
package io.kumiki.kube.kinds;

import org.jspecify.annotations.NullMarked;
