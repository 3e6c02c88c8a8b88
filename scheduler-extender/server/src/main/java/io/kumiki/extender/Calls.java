package io.kumiki.extender;

import io.kumiki.planner.Decision;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// The scheduler's calls that wait for the planner.
final class Calls {
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, CompletableFuture<String>> binds = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<Decision.AnswerFilter>> filters = new ConcurrentHashMap<>();

    long next() {
        return last.incrementAndGet();
    }

    CompletableFuture<String> bind(long call) {
        return binds.computeIfAbsent(call, _ -> new CompletableFuture<>());
    }

    CompletableFuture<Decision.AnswerFilter> filter(long call) {
        return filters.computeIfAbsent(call, _ -> new CompletableFuture<>());
    }

    void forget(long call) {
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
}
