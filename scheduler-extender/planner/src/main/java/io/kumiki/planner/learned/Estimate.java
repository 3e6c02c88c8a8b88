package io.kumiki.planner.learned;

import org.jspecify.annotations.Nullable;

/// A time to come, in seconds since 1970.
///
/// @param at null: not within the horizon of the forecast, or never
/// @param low early in one of ten cases
/// @param high late in one of ten cases; null: open
public record Estimate(
        @Nullable Long at, @Nullable Long low, @Nullable Long high, RunTimes.From from) {
    public static final Estimate UNKNOWN = new Estimate(null, null, null, RunTimes.From.unknown);

    /// In order, whatever the three forecasts said.
    public static Estimate of(@Nullable Long at, @Nullable Long low, @Nullable Long high, RunTimes.From from) {
        if (at == null) {
            return low == null ? UNKNOWN : new Estimate(null, low, null, from);
        }
        return new Estimate(
                at, low == null ? at : Math.min(low, at), high == null ? null : Long.valueOf(Math.max(high, at)), from);
    }
}
