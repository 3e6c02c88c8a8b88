package io.kumiki.placement.bench.openb;

import io.kumiki.placement.Demand;
import java.util.SplittableRandom;

/// Uniform among the nodes that have room, and for a fraction among the node's devices that have.
final class RandomChoice implements ScoredPolicy.Score {
    private final SplittableRandom random;

    RandomChoice(long seed) {
        random = new SplittableRandom(seed + 1);
    }

    @Override
    public int of(Demand pod, int node) {
        return random.nextInt(Integer.MAX_VALUE);
    }

    @Override
    public int device(Demand pod, int node, int[] remnants) {
        int chosen = -1;
        int able = 0;
        for (int d = 0; d < remnants.length; d++) {
            if (remnants[d] >= pod.gpuMilli() && random.nextInt(++able) == 0) {
                chosen = d;
            }
        }
        return chosen;
    }
}
