package io.kumiki.placement.bench.openb;

import io.kumiki.placement.Demand;
import java.util.SplittableRandom;

/// Uniform among the nodes that have room.
final class RandomChoice implements ScoredPolicy.Score {
    private final SplittableRandom random;

    RandomChoice(long seed) {
        random = new SplittableRandom(seed + 1);
    }

    @Override
    public int of(Demand pod, int node) {
        return random.nextInt(Integer.MAX_VALUE);
    }
}
