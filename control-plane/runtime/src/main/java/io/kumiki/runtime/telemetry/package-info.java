/// Spans and metrics: the OpenTelemetry SDK, and its metrics as Prometheus text.
/// Knows no feature's meters.
/// Features record into meters they are given; `/metrics` reads them when asked.
@NullMarked
package io.kumiki.runtime.telemetry;

import org.jspecify.annotations.NullMarked;
