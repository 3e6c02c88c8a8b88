package io.kumiki.placement;

import org.jspecify.annotations.Nullable;

/// When the first of a queue that found no room will start; nodes are kept for it until then. Seconds.
///
/// @param at as far as is known now
/// @param first the earliest that was ever said: whoever is only taken to end in time must end before that, so that
///     wrong guesses cannot put off the start again and again
public record Promise(long at, long first) {
    /// How long somebody runs, said by its owner, or within which nearly all of its kind have ended.
    public record Bound(long seconds, boolean declared) {}

    public static Promise of(long at) {
        return new Promise(at, at);
    }

    /// @param before what the same one was told before
    public Promise after(Promise before) {
        return new Promise(at, Math.min(first, before.first));
    }

    /// Whether somebody who begins now leaves the nodes in time.
    ///
    /// @param bound null where nothing of its kind is known
    public boolean lets(long now, @Nullable Bound bound) {
        return bound != null && now + bound.seconds() <= (bound.declared() ? at : first);
    }
}
