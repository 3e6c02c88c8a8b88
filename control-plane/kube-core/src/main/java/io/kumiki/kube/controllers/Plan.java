package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a decision wants: actions in order, the status that holds then, and when to look again even if nothing happens.
///
/// @param status `null` leaves the status alone
/// @param nextDue `null`: only when something changes
public record Plan(
        List<Action> actions,
        @Nullable ObjectNode status,
        @Nullable Instant nextDue) {
    public static final Plan NOTHING = new Plan(List.of(), null, null);

    public Plan {
        actions = List.copyOf(actions);
    }

    public static Plan of(List<Action> actions) {
        return new Plan(actions, null, null);
    }

    /// The earlier of two times; `null` is never.
    public static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
        return a == null || b != null && b.isBefore(a) ? b : a;
    }
}
