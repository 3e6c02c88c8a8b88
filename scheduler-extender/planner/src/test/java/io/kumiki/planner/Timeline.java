package io.kumiki.planner;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// Virtual time, and all chance, of one simulation.
final class Timeline {
    private record Due(long at, long id, Runnable action) {}

    final SplittableRandom random;
    /// Faults end here.
    final long calm;

    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::id));
    private long ids;
    long now;

    Timeline(long seed) {
        random = new SplittableRandom(seed);
        calm = random.nextInt(4) == 0 ? 90_000 : 40_000;
    }

    long id() {
        return ids++;
    }

    void in(long delay, Runnable action) {
        at(now + delay, action);
    }

    void at(long time, Runnable action) {
        queue.add(new Due(time, ids++, action));
    }

    boolean isOver() {
        return queue.isEmpty();
    }

    void step() {
        Due due = queue.remove();
        now = due.at();
        due.action().run();
    }

    boolean chance(int oneIn) {
        return now < calm && random.nextInt(oneIn) == 0;
    }

    int upTo(int bound) {
        return random.nextInt(bound);
    }
}
