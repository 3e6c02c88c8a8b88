package io.kumiki.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Small clusters and gangs with a bit of everything: fractions, several roles, models, other resources, preferences.
final class Drawn {
    static final List<String> LEVELS = List.of("zone", "block", "rack");
    private static final String MIG = "nvidia.com/mig-1g.5gb";

    final ClusterView view;
    final Topology topology;
    private final SplittableRandom random;

    /// @param places whether some nodes lack the label of a level, so that a rack may reach into two zones
    Drawn(SplittableRandom random, boolean places) {
        this.random = random;
        int size = 1 + random.nextInt(14);
        List<NodeSpec> nodes = new ArrayList<>();
        List<Map<String, String>> labels = new ArrayList<>();
        for (int n = 0; n < size; n++) {
            nodes.add(new NodeSpec(
                    "n" + n,
                    8_000 + 4_000 * random.nextInt(3),
                    64_000,
                    random.nextInt(6),
                    random.nextInt(3) == 0 ? "B" : "A",
                    4 + random.nextInt(20),
                    random.nextBoolean() ? Map.of() : Map.of(MIG, (long) random.nextInt(4))));
            int place = random.nextInt(8);
            var of = new TreeMap<>(Map.of("zone", "z" + place / 4, "block", "b" + place / 2, "rack", "r" + place));
            of.keySet().removeIf(_ -> places && random.nextInt(8) == 0);
            labels.add(of);
        }
        view = new ClusterView(nodes);
        topology = Topology.of(LEVELS.subList(0, random.nextInt(4)), labels);
        for (int i = random.nextInt(3 * size); i > 0; i--) {
            Demand demand = demand();
            int n = random.nextInt(size);
            if (view.fits(demand, n)) {
                view.place(demand, n, new Trial(view).take(demand, n).devices());
            }
        }
    }

    Demand demand() {
        int gpus = random.nextInt(4);
        int milli = gpus == 1 && random.nextInt(3) == 0 ? 250 * (1 + random.nextInt(3)) : gpus == 0 ? 0 : 1000;
        return new Demand(
                500 * (1 + random.nextInt(8)),
                1000 * random.nextInt(4),
                gpus,
                milli,
                random.nextInt(5) == 0 ? List.of("A") : List.of(),
                random.nextInt(5) == 0 ? Map.of(MIG, 1L) : Map.of());
    }

    GangSpec gang(String name) {
        List<GangSpec.Role> roles = new ArrayList<>();
        for (int r = 0; r < 1 + random.nextInt(5) / 2; r++) {
            int min = random.nextInt(r == 0 ? 8 : 4);
            roles.add(new GangSpec.Role("role" + r, demand(), min, Math.max(1, min + random.nextInt(3))));
        }
        return new GangSpec(name, roles, level(), level());
    }

    private String level() {
        int levels = topology.levels().size();
        return levels == 0 || random.nextBoolean() ? null : topology.levels().get(random.nextInt(levels));
    }

    /// All but some of the nodes.
    BitSet some(int oneOf) {
        var some = new BitSet();
        for (int n = 0; n < view.size(); n++) {
            some.set(n, random.nextInt(oneOf) > 0);
        }
        return some;
    }
}
