package io.kumiki.ledger;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The newest entry of each tree on its way out: one call under way a tree, what comes meanwhile replaces what
/// waits. So a member that hangs costs one call, not a queue, and nobody who publishes waits for anything.
final class Publisher {
    /// Starts one call without waiting for it.
    interface Send extends Function<LedgerEntry, CompletionStage<?>> {}

    private static final class Lane {
        private @Nullable LedgerEntry newest;
        private @Nullable LedgerEntry sent;
        private boolean underWay;
    }

    private final Send send;
    private final Consumer<Runnable> later;
    private final Map<String, Lane> lanes = new HashMap<>();

    /// @param later runs something after a pause
    Publisher(Send send, Consumer<Runnable> later) {
        this.send = send;
        this.later = later;
    }

    /// False when a newer one was published before.
    boolean publish(LedgerEntry entry) {
        synchronized (lanes) {
            Lane lane = lanes.computeIfAbsent(entry.tree(), _ -> new Lane());
            LedgerEntry newest = lane.newest;
            if (newest != null && !entry.newerThan(newest)) {
                return false;
            }
            lane.newest = entry;
        }
        next(entry.tree());
        return true;
    }

    /// Says again what was said last: what the others held may be gone.
    void repeat() {
        synchronized (lanes) {
            lanes.values().forEach(lane -> lane.sent = null);
        }
        lanes().forEach(this::next);
    }

    private Iterable<String> lanes() {
        synchronized (lanes) {
            return java.util.List.copyOf(lanes.keySet());
        }
    }

    private void next(String tree) {
        LedgerEntry entry;
        synchronized (lanes) {
            Lane lane = lanes.get(tree);
            if (lane == null || lane.underWay || lane.newest == null || lane.newest == lane.sent) {
                return;
            }
            entry = lane.newest;
            lane.underWay = true;
            lane.sent = entry;
        }
        CompletionStage<?> call;
        try {
            call = send.apply(entry);
        } catch (RuntimeException e) {
            over(tree, entry, e);
            return;
        }
        call.whenComplete((_, failure) -> over(tree, entry, failure));
    }

    private void over(String tree, LedgerEntry entry, @Nullable Throwable failure) {
        synchronized (lanes) {
            Lane lane = lanes.get(tree);
            if (lane == null) {
                return;
            }
            lane.underWay = false;
            if (failure != null && lane.sent == entry) {
                lane.sent = null;
            }
        }
        if (failure == null) {
            next(tree);
        } else {
            later.accept(() -> next(tree));
        }
    }
}
