package io.kumiki.extender.admission;

import io.kumiki.extender.foreign.Format;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Decision;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The planner as admission asks it; an answer comes in time or is one that does no harm.
public interface Planning {
    /// A pod without a gang that asks for devices.
    ///
    /// @param claim names the promise that may follow
    /// @param expectedSeconds how long it will run, null where nobody knows
    /// @param controller uid of the owner that controls it, empty for none
    /// @param dry nothing will be made
    record Newcomer(
            String claim,
            String namespace,
            String controller,
            Gang.Members shape,
            int priority,
            @Nullable Long expectedSeconds,
            boolean dry) {}

    /// A pod that says which slot it is for.
    record Member(
            String namespace,
            String gang,
            String className,
            String controller,
            String reservation,
            int slot,
            String devices) {}

    /// A member of a gang that its owner lets be pinned as it is made.
    ///
    /// @param claim names the seat that may follow
    record Arrival(String claim, String namespace, String gang, String className, String controller) {}

    /// Whether the objects by which another system declares its groups are served here and were read.
    boolean reads(Format format);

    Decision.Entry entry(Newcomer pod);

    /// The same for a caller on an event loop, which nobody may hold up; completed there. Null where the caller has to
    /// wait.
    default @Nullable CompletionStage<Decision.Entry> entrySoon(Newcomer pod) {
        return null;
    }

    /// Empty where it has to wait behind its gate.
    Optional<Decision.Seat> seat(Arrival pod);

    /// As with [#entrySoon].
    default @Nullable CompletionStage<Optional<Decision.Seat>> seatSoon(Arrival pod) {
        return null;
    }

    /// What is wrong with its claim to the slot; empty for nothing.
    String refusal(Member pod);
}
