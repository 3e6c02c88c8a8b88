/// The HTTP kit: routes that declare who may call them, blocking handlers on virtual threads, errors in each
/// surface's own format.
/// Knows nothing of pipelines, stores or any one surface.
/// A request is matched, identified, authorized, its body bounded and read; the handler returns an Answer, which is
/// written.
@NullMarked
package io.kumiki.runtime.http;

import org.jspecify.annotations.NullMarked;
