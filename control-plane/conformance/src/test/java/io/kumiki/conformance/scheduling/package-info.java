/// The scheduler extender as processes that die.
/// The API server and the scheduler are the embedded ones.
@NullMarked
package io.kumiki.conformance.scheduling;

import org.jspecify.annotations.NullMarked;
