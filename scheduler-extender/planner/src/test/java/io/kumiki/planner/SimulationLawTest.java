package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SimulationLawTest {
    /// In CI more of them.
    private static final int SEEDS =
            Integer.getInteger("kumiki.seeds", "true".equals(System.getenv("CI")) ? 20_000 : 1_000);

    @Test
    void nothingPartialNothingTwiceNothingLost() {
        long first = Long.getLong("kumiki.seed", 0);
        var events = new AtomicLong();
        var fenced = new AtomicLong();
        var killed = new AtomicLong();
        var moved = new AtomicLong();
        var movedPods = new AtomicLong();
        long began = System.nanoTime();
        Seeds.each(first, SEEDS, seed -> {
            var simulation = new Simulation(seed);
            try {
                simulation.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " (-Dkumiki.seeds=1 -Dkumiki.seed=" + seed + ")", e);
            }
            events.addAndGet(simulation.events);
            fenced.addAndGet(simulation.fenced());
            moved.addAndGet(simulation.movers.gangs);
            movedPods.addAndGet(simulation.movers.pods);
            killed.addAndGet(simulation.killed > 0 ? 1 : 0);
        });
        long millis = (System.nanoTime() - began) / 1_000_000;
        System.out.println(SEEDS + " seeds, " + events + " events in " + millis + " ms; in " + killed
                + " the leader was killed in the middle of a gang; " + fenced + " late writes were refused; " + moved
                + " gangs and "
                + movedPods + " pods were moved");
        assertThat(movedPods.get()).as("pods that were moved").isGreaterThan(SEEDS < 500 ? -1 : 0);
        assertThat(fenced.get()).as("a leader that wrote late").isGreaterThan(SEEDS < 500 ? -1 : 0);
        assertThat(killed.get()).as("leaders killed in the middle of a gang").isGreaterThanOrEqualTo(SEEDS * 49 / 100);
    }

    @Test
    void theSameSeedIsTheSameStory() {
        for (long seed = 0; seed < 20; seed++) {
            var once = new Simulation(seed);
            var again = new Simulation(seed);
            once.run();
            again.run();
            assertThat(again.hash()).isEqualTo(once.hash());
        }
    }
}
