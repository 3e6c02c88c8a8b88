/// The kit every shell stands on: settings, queue, controller, applier, HTTP, telemetry, life cycle.
/// Knows no feature.
/// Features hand it pure functions and it runs them.
@NullMarked
package io.kumiki.runtime;

import org.jspecify.annotations.NullMarked;
