package io.kumiki.planner;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimulationLawTest {
    private static final int SEEDS = Integer.getInteger("kumiki.seeds", 1000);

    @Test
    void nothingPartialNothingTwiceNothingLost() {
        long first = Long.getLong("kumiki.seed", 0);
        long events = 0;
        int fenced = 0;
        for (long seed = first; seed < first + SEEDS; seed++) {
            var simulation = new Simulation(seed);
            try {
                simulation.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " (-Dkumiki.seeds=1 -Dkumiki.seed=" + seed + ")", e);
            }
            events += simulation.events;
            fenced += simulation.fenced();
        }
        System.out.println(SEEDS + " seeds, " + events + " events, " + fenced + " late writes refused");
        assertThat(fenced).as("a leader that wrote late").isGreaterThan(SEEDS < 500 ? -1 : 0);
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
