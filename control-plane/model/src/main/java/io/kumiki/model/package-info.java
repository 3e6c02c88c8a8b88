/// Value types that every module shares: violations, reasons, JSON trees.
/// Knows nothing of HTTP, SQL or a Kubernetes client.
/// Values come in through constructors that validate, and never change afterwards.
@NullMarked
package io.kumiki.model;

import org.jspecify.annotations.NullMarked;
