package io.kumiki.extender.admission;

import io.kumiki.planner.Decision;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the planner is to be asked about a new pod, and what is done with its answer.
sealed interface Question {
    void ask(Planning planning);

    /// On an event loop; null where the answer has to be waited for.
    @Nullable
    CompletionStage<?> askSoon(Planning planning);

    record Single(Planning.Newcomer pod, Consumer<Decision.Entry> then) implements Question {
        @Override
        public void ask(Planning planning) {
            then.accept(planning.entry(pod));
        }

        @Override
        public @Nullable CompletionStage<?> askSoon(Planning planning) {
            CompletionStage<Decision.Entry> answer = planning.entrySoon(pod);
            return answer == null ? null : answer.thenAccept(then);
        }
    }

    record Member(Planning.Arrival pod, Consumer<Optional<Decision.Seat>> then) implements Question {
        @Override
        public void ask(Planning planning) {
            then.accept(planning.seat(pod));
        }

        @Override
        public @Nullable CompletionStage<?> askSoon(Planning planning) {
            CompletionStage<Optional<Decision.Seat>> answer = planning.seatSoon(pod);
            return answer == null ? null : answer.thenAccept(then);
        }
    }
}
