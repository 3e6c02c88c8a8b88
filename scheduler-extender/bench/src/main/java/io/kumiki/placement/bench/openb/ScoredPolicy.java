package io.kumiki.placement.bench.openb;

import io.kumiki.placement.ClusterView;
import io.kumiki.placement.Demand;
import io.kumiki.placement.Placement;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// The published way to choose: an integer score, the highest wins, ties go to the first node of a random renaming
/// fixed per run.
final class ScoredPolicy implements Policy {
    /// The score of a node for a pod, and the device for a fraction.
    interface Score {
        int of(Demand pod, int node);

        /// The device that a fraction takes: the smallest remnant that has room, unless the policy chooses itself.
        default int device(Demand pod, int node, int[] remnants) {
            int best = -1;
            for (int d = 0; d < remnants.length; d++) {
                if (remnants[d] >= pod.gpuMilli() && (best < 0 || remnants[d] < remnants[best])) {
                    best = d;
                }
            }
            return best;
        }
    }

    private final ClusterView view;
    private final Score score;
    private final int[] order;

    ScoredPolicy(ClusterView view, long seed, Score score) {
        this.view = view;
        this.score = score;
        order = new int[view.size()];
        var random = new SplittableRandom(seed);
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }

    @Override
    public Placement.@Nullable Placed place(Demand pod) {
        int best = -1;
        int highest = Integer.MIN_VALUE;
        for (int n : order) {
            if (view.fits(pod, n)) {
                int s = score.of(pod, n);
                if (s > highest) {
                    highest = s;
                    best = n;
                }
            }
        }
        if (best < 0) {
            return null;
        }
        var placed = new Placement.Placed(best, devices(pod, best));
        view.place(pod, best, placed.devices());
        return placed;
    }

    private int[] devices(Demand pod, int node) {
        int[] remnants = view.remnants(node);
        if (pod.gpus() == 1 && pod.gpuMilli() < ClusterView.WHOLE) {
            return new int[] {score.device(pod, node, remnants)};
        }
        int[] devices = new int[pod.gpus()];
        int found = 0;
        for (int d = 0; d < remnants.length && found < devices.length; d++) {
            if (remnants[d] == ClusterView.WHOLE) {
                devices[found++] = d;
            }
        }
        return devices;
    }
}
