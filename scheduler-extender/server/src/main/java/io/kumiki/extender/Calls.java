package io.kumiki.extender;

import io.kumiki.planner.Decision;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Calls of the scheduler and of admission that wait for the planner.
final class Calls {
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, CompletableFuture<String>> binds = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<Decision.AnswerFilter>> filters = new ConcurrentHashMap<>();

    private final Map<Long, CompletableFuture<Decision.Entry>> entries = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<String>> members = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<Optional<Decision.Seat>>> seats = new ConcurrentHashMap<>();

    long next() {
        return last.incrementAndGet();
    }

    CompletableFuture<String> bind(long call) {
        return binds.computeIfAbsent(call, _ -> new CompletableFuture<>());
    }

    CompletableFuture<Decision.AnswerFilter> filter(long call) {
        return filters.computeIfAbsent(call, _ -> new CompletableFuture<>());
    }

    CompletableFuture<Decision.Entry> entry(long call) {
        return entries.computeIfAbsent(call, _ -> new CompletableFuture<>());
    }

    CompletableFuture<String> member(long call) {
        return members.computeIfAbsent(call, _ -> new CompletableFuture<>());
    }

    CompletableFuture<Optional<Decision.Seat>> seat(long call) {
        return seats.computeIfAbsent(call, _ -> new CompletableFuture<>());
    }

    void forget(long call) {
        seats.remove(call);
        entries.remove(call);
        members.remove(call);
        binds.remove(call);
        filters.remove(call);
    }

    void answerBind(long call, String error) {
        CompletableFuture<String> waiting = binds.remove(call);
        if (waiting != null) {
            waiting.complete(error);
        }
    }

    void answerFilter(Decision.AnswerFilter answer) {
        CompletableFuture<Decision.AnswerFilter> waiting = filters.remove(answer.call());
        if (waiting != null) {
            waiting.complete(answer);
        }
    }

    void answerEntry(long call, Decision.Entry entry) {
        CompletableFuture<Decision.Entry> waiting = entries.remove(call);
        if (waiting != null) {
            waiting.complete(entry);
        }
    }

    /// @param seat null for none
    void answerSeat(long call, Decision.@Nullable Seat seat) {
        CompletableFuture<Optional<Decision.Seat>> waiting = seats.remove(call);
        if (waiting != null) {
            waiting.complete(Optional.ofNullable(seat));
        }
    }

    void answerMember(long call, String refusal) {
        CompletableFuture<String> waiting = members.remove(call);
        if (waiting != null) {
            waiting.complete(refusal);
        }
    }
}
