package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final Demand GPU = new Demand(1000, 0, 1, 1000, List.of());
    private static final Demand PLAIN = new Demand(2000, 0, 0, 0, List.of());

    private final Arrivals arrivals = new Arrivals();

    @Test
    void podsWithoutDevicesCountAsMuchAsThoseWithThemAtMost() {
        arrivals.add(GPU, 3);
        arrivals.add(PLAIN, 1);
        PodMix mix = arrivals.learn();
        assertThat(mix.counts().get(GPU)).isEqualTo(3);
        assertThat(mix.counts().get(PLAIN)).isCloseTo(1, org.assertj.core.api.Assertions.within(0.01));
        arrivals.add(PLAIN, 100);
        mix = arrivals.learn();
        assertThat(mix.counts().get(PLAIN)).isCloseTo(3, org.assertj.core.api.Assertions.within(1e-9));
    }

    @Test
    void whatCameEarlierCountsLess() {
        arrivals.add(GPU, 100);
        for (int i = 0; i < 4096; i++) {
            arrivals.add(new Demand(500, 0, 1, 500, List.of()), 1);
        }
        arrivals.add(new Demand(700, 0, 1, 1000, List.of()), 100);
        PodMix mix = arrivals.learn();
        double early = mix.counts().get(GPU);
        double late = mix.counts().get(new Demand(700, 0, 1, 1000, List.of()));
        assertThat(late / early).isBetween(1.9, 2.1);
    }

    @Test
    void whatSeldomComesIsForgottenBeforeItIsTooMuch() {
        arrivals.add(GPU, 50);
        for (int i = 1; i <= 5000; i++) {
            arrivals.add(new Demand(i, 0, 1, 500, List.of()), 1);
        }
        PodMix mix = arrivals.learn();
        assertThat(mix.counts()).hasSizeLessThanOrEqualTo(1024).containsKey(GPU);
    }

    @Test
    void onlySeveralAtOnceAreAGang() {
        arrivals.addGang(GPU, 1);
        assertThat(arrivals.learn().together()).isEmpty();
        arrivals.addGang(GPU, 2);
        assertThat(arrivals.learn().together()).containsExactly(GPU);
    }

    @Test
    void learnsAnewWhenAsMuchCameAsWasKnown() {
        arrivals.add(GPU, 1);
        assertThat(arrivals.news()).isTrue();
        arrivals.learn();
        assertThat(arrivals.news()).isFalse();
        arrivals.add(GPU, 1);
        assertThat(arrivals.news()).isTrue();
    }
}
