/// What happens to an object between the request and the store: names, defaults, rules of each kind.
/// Knows nothing of HTTP.
/// An object goes in; a completed object or all its violations come out.
@NullMarked
package io.kumiki.kube.admission;

import org.jspecify.annotations.NullMarked;
