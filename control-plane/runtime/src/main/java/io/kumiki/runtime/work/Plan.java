package io.kumiki.runtime.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a reconciler wants: actions in order, the status that then holds, and when to look again even if nothing
/// happens.
///
/// @param status `null` leaves the status alone
public record Plan(List<Action> actions, @Nullable ObjectNode status, Optional<Duration> requeueAfter) {
    public static final Plan NOTHING = new Plan(List.of(), null, Optional.empty());

    public Plan {
        actions = List.copyOf(actions);
    }

    /// Nothing to do but to say how things stand.
    public static Plan settled(ObjectNode status) {
        return new Plan(List.of(), status, Optional.empty());
    }

    public static Plan of(List<Action> actions, ObjectNode status) {
        return new Plan(actions, status, Optional.empty());
    }

    public Plan lookAgainAfter(Duration delay) {
        return new Plan(actions, status, Optional.of(delay));
    }
}
