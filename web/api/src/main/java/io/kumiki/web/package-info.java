/// The product's REST, WebSocket and page surfaces, one package each.
/// Calls no controller: it reads and writes the store and Kubernetes objects.
/// Requests are guarded, decoded, validated, answered.
@NullMarked
package io.kumiki.web;

import org.jspecify.annotations.NullMarked;
