package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Three nodes of eight GPUs, none free for a pod that wants all eight.
class ScarcityPricesTest {
    private static final Demand EIGHT = new Demand(64_000, 100, 8, 1000, List.of());
    private static final Demand ONE = new Demand(1_000, 1, 1, 1000, List.of());

    private static ClusterView view(int... taken) {
        var view = new ClusterView(java.util.stream.IntStream.range(0, taken.length)
                .mapToObj(n -> new NodeSpec("n" + n, 96_000, 1_000, 8, "A", 100))
                .toList());
        for (int n = 0; n < taken.length; n++) {
            for (int d = 0; d < taken[n]; d++) {
                view.place(ONE, n, new int[] {d});
            }
        }
        return view;
    }

    private static ScarcityPrices prices(ClusterView view, EtwOptions options) {
        return new ScarcityPrices(view, new PodMix(Map.of(EIGHT, 1.0, ONE, 8.0), Set.of()), options);
    }

    @Test
    void whoeverIsNearestToHavingRoomCostsMostWherePodsLeave() {
        ClusterView view = view(1, 4, 7);
        ScarcityPrices prices = prices(view, EtwOptions.STEADY);
        assertThat(prices.of(ONE, 0, 1)).isGreaterThan(prices.of(ONE, 1, 1));
        assertThat(prices.of(ONE, 1, 1)).isGreaterThan(prices.of(ONE, 2, 1));
        assertThat(prices.of(ONE, 2, 1)).isPositive();
        ScarcityPrices batch = prices(view, EtwOptions.BATCH);
        assertThat(batch.of(ONE, 0, 1)).isZero();
    }

    @Test
    void whereRoomIsItCostsWhatIsLostOfIt() {
        ClusterView view = view(0, 8);
        ScarcityPrices prices = prices(view, EtwOptions.BATCH);
        assertThat(prices.of(ONE, 0, 1)).isPositive();
        assertThat(prices.of(EIGHT, 0, 8)).as("its own room").isZero();
        assertThat(prices.of(ONE, 1, 1)).isZero();
    }

    @Test
    void aNodeThatCouldNeverHoldItCostsNothing() {
        var small = new ClusterView(List.of(new NodeSpec("n", 32_000, 1_000, 8, "A", 100)));
        assertThat(prices(small, EtwOptions.STEADY).of(ONE, 0, 1)).isZero();
    }
}
