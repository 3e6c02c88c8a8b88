package io.kumiki.runs;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What arrives for one run. Any thread puts in; one virtual thread at a time takes out, and lives only while there
/// is something.
final class Mailbox<T> {
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final String name;
    private final Consumer<List<T>> work;
    private final BooleanSupplier finished;
    private final Runnable retired;
    private final ArrayDeque<T> box = new ArrayDeque<>();
    private boolean working;
    private boolean over;
    private @Nullable Thread worker;

    /// @param finished asked when the box is empty: whether nothing more is to come
    /// @param retired told once after that
    Mailbox(String name, Consumer<List<T>> work, BooleanSupplier finished, Runnable retired) {
        this.name = name;
        this.work = work;
        this.finished = finished;
        this.retired = retired;
    }

    /// All of it, or (false) nothing, when the box has just been retired.
    boolean post(List<T> items) {
        synchronized (box) {
            if (over) {
                return false;
            }
            box.addAll(items);
            if (!working) {
                working = true;
                worker = Thread.ofVirtual().name(name).start(this::work);
            }
            return true;
        }
    }

    /// Takes nothing more.
    void halt() {
        synchronized (box) {
            over = true;
            box.clear();
        }
    }

    /// Waits until what is being done is done.
    void join() throws InterruptedException {
        Thread last;
        synchronized (box) {
            last = worker;
        }
        if (last != null) {
            last.join(CLOSING);
        }
    }

    private void work() {
        while (true) {
            List<T> items;
            synchronized (box) {
                if (box.isEmpty()) {
                    working = false;
                    if (finished.getAsBoolean()) {
                        over = true;
                        retired.run();
                    }
                    return;
                }
                items = new ArrayList<>(box);
                box.clear();
            }
            work.accept(items);
        }
    }
}
