package io.kumiki.extender;

import io.kumiki.extender.admission.Planning;
import io.kumiki.extender.foreign.Format;
import io.kumiki.planner.Decision;
import io.kumiki.planner.Event;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Where admission asks the planner. It is there before the planner is: until then, and whenever the planner does not
/// answer in time, pods queue, which does no harm.
public final class AdmissionDesk implements Planning {
    /// The embedded API server waits meanwhile, a webhook's caller for at most 2 s.
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private record Behind(PlannerLoop planner, Calls calls, DeclaredGroups groups) {}

    private volatile @Nullable Behind behind;

    void open(PlannerLoop planner, Calls calls, DeclaredGroups groups) {
        behind = new Behind(planner, calls, groups);
    }

    void shut() {
        behind = null;
    }

    @Override
    public boolean reads(Format format) {
        Behind open = behind;
        return open != null && open.groups().reads(format);
    }

    @Override
    public Decision.Entry entry(Newcomer pod) {
        Behind open = behind;
        if (open == null) {
            return Decision.Entry.NOBODY_PLANS;
        }
        long call = open.calls().next();
        CompletableFuture<Decision.Entry> waiting = ask(open, call, pod);
        Decision.Entry answer = await(open, call, waiting);
        return answer == null ? Decision.Entry.NOBODY_PLANS : answer;
    }

    @Override
    public @Nullable CompletionStage<Decision.Entry> entrySoon(Newcomer pod) {
        Behind open = behind;
        Context loop = Vertx.currentContext();
        if (open == null || loop == null) {
            return open == null ? CompletableFuture.completedStage(Decision.Entry.NOBODY_PLANS) : null;
        }
        long call = open.calls().next();
        return soon(loop, ask(open, call, pod), () -> open.calls().answerEntry(call, Decision.Entry.NOBODY_PLANS));
    }

    private static CompletableFuture<Decision.Entry> ask(Behind open, long call, Newcomer pod) {
        CompletableFuture<Decision.Entry> waiting = open.calls().entry(call);
        open.planner()
                .tell(new Event.EntryAsked(
                        call,
                        pod.claim(),
                        pod.namespace(),
                        pod.controller(),
                        pod.shape(),
                        pod.priority(),
                        pod.expectedSeconds(),
                        pod.dry()));
        return waiting;
    }

    @Override
    public String refusal(Member pod) {
        Behind open = behind;
        if (open == null) {
            return "";
        }
        long call = open.calls().next();
        CompletableFuture<String> waiting = open.calls().member(call);
        open.planner()
                .tell(new Event.MemberAsked(
                        call,
                        pod.namespace() + "/" + pod.gang(),
                        pod.className(),
                        pod.controller(),
                        pod.reservation(),
                        pod.slot(),
                        pod.devices()));
        String answer = await(open, call, waiting);
        // The bind call of a pod that nobody could judge now is judged again.
        return answer == null ? "" : answer;
    }

    @Override
    public Optional<Decision.Seat> seat(Arrival pod) {
        Behind open = behind;
        if (open == null) {
            return Optional.empty();
        }
        long call = open.calls().next();
        Optional<Decision.Seat> answer = await(open, call, ask(open, call, pod));
        return answer == null ? Optional.empty() : answer;
    }

    @Override
    public @Nullable CompletionStage<Optional<Decision.Seat>> seatSoon(Arrival pod) {
        Behind open = behind;
        Context loop = Vertx.currentContext();
        if (open == null || loop == null) {
            return open == null ? CompletableFuture.completedStage(Optional.empty()) : null;
        }
        long call = open.calls().next();
        return soon(loop, ask(open, call, pod), () -> open.calls().answerSeat(call, null));
    }

    private static CompletableFuture<Optional<Decision.Seat>> ask(Behind open, long call, Arrival pod) {
        CompletableFuture<Optional<Decision.Seat>> waiting = open.calls().seat(call);
        open.planner()
                .tell(new Event.SeatAsked(
                        call, pod.claim(), pod.namespace() + "/" + pod.gang(), pod.className(), pod.controller()));
        return waiting;
    }

    /// On that event loop, too, where nobody answers in time.
    private static <T> CompletionStage<T> soon(Context loop, CompletableFuture<T> waiting, Runnable tooLate) {
        long late = loop.owner().setTimer(PATIENCE.toMillis(), _ -> tooLate.run());
        return waiting.thenApplyAsync(
                answer -> {
                    loop.owner().cancelTimer(late);
                    return answer;
                },
                task -> loop.runOnContext(_ -> task.run()));
    }

    private static <T> @Nullable T await(Behind open, long call, CompletableFuture<T> waiting) {
        try {
            return waiting.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            open.calls().forget(call);
        }
    }
}
