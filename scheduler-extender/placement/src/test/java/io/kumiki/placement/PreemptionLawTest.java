package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PreemptionLawTest {
    private static final Demand GPU = new Demand(100, 100, 1, 1000, List.of());

    private record Case(ClusterView view, List<Preemption.Victim> victims, GangSpec gang, Preemption.Placing placing) {}

    private static Case draw(long seed, int gangs) {
        var random = new SplittableRandom(seed);
        int size = 3 + random.nextInt(6);
        List<NodeSpec> nodes = new ArrayList<>();
        List<Map<String, String>> labels = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            nodes.add(new NodeSpec("n" + i, 64000, 64000, 4, "A", 50));
            labels.add(Map.of("rack", "r" + i / 3));
        }
        var view = new ClusterView(nodes);
        List<Preemption.Victim> victims = new ArrayList<>();
        for (int g = 0; g < gangs; g++) {
            List<BackfillPlanner.Held> held = new ArrayList<>();
            int members = 1 + random.nextInt(6);
            for (int m = 0; m < members; m++) {
                int n = random.nextInt(size);
                if (view.fits(GPU, n)) {
                    int[] devices = view.wholeDevices(n, 1);
                    view.place(GPU, n, devices);
                    held.add(new BackfillPlanner.Held(GPU, n, devices));
                }
            }
            if (!held.isEmpty()) {
                victims.add(new Preemption.Victim(
                        "g" + g, Preemption.cost(held.size() * 1000L, random.nextInt(7200), 60), held));
            }
        }
        var gang = new GangSpec(
                "new",
                List.of(new GangSpec.Role("w", new Demand(1000, 1000, 4, 1000, List.of()), 1 + random.nextInt(3), 3)),
                random.nextBoolean() ? "rack" : null,
                null);
        var topology = Topology.of(List.of("rack"), labels);
        return new Case(view, victims, gang, (changed, _) -> new GangPlacer(changed, topology).place(gang));
    }

    @Test
    void whatItEvictsMakesRoomAndNobodyIsEvictedInVain() {
        int planned = 0;
        for (long seed = 0; seed < 300; seed++) {
            Case c = draw(seed, 14);
            Optional<Preemption.Eviction> plan = new Preemption(c.view, c.placing).plan(c.victims);
            if (plan.isEmpty()) {
                assertThat(fitsWithout(c, c.victims)).as("seed %d", seed).isFalse();
                continue;
            }
            planned++;
            List<Preemption.Victim> victims = plan.get().victims();
            assertThat(fitsWithout(c, victims)).as("seed %d", seed).isTrue();
            for (Preemption.Victim spared : victims) {
                assertThat(fitsWithout(
                                c, victims.stream().filter(v -> v != spared).toList()))
                        .as("seed %d: %s had to go", seed, spared.id())
                        .isFalse();
            }
        }
        assertThat(planned).isGreaterThan(100);
    }

    @Test
    void losesNoMoreWorkThanTheBestPlan() {
        double ours = 0;
        double best = 0;
        for (long seed = 0; seed < 150; seed++) {
            Case c = draw(seed, 9);
            Optional<Preemption.Eviction> plan = new Preemption(c.view, c.placing).plan(c.victims);
            if (plan.isPresent()) {
                ours += plan.get().cost();
                best += cheapest(c);
            }
        }
        assertThat(best).isPositive();
        assertThat(ours).isLessThanOrEqualTo(best * 1.0001);
    }

    private static double cheapest(Case c) {
        double least = Double.MAX_VALUE;
        for (int subset = 0; subset < 1 << c.victims.size(); subset++) {
            List<Preemption.Victim> some = new ArrayList<>();
            double cost = 0;
            for (int v = 0; v < c.victims.size(); v++) {
                if ((subset & 1 << v) != 0) {
                    some.add(c.victims.get(v));
                    cost += c.victims.get(v).cost();
                }
            }
            if (cost < least && fitsWithout(c, some)) {
                least = cost;
            }
        }
        return least;
    }

    private static boolean fitsWithout(Case c, List<Preemption.Victim> victims) {
        ClusterView later = c.view.copy();
        victims.forEach(v -> v.held().forEach(h -> later.release(h.demand(), h.node(), h.devices())));
        return c.placing.on(later, victims) instanceof GangPlacement.Placed;
    }
}
