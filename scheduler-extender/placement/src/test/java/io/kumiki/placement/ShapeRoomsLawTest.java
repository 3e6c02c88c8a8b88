package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ShapeRoomsLawTest {
    /// Whether something fits is the same question as where.
    @Test
    void whatFitsIsFound() {
        int fits = 0;
        for (long seed = 0; seed < 2000; seed++) {
            var random = new SplittableRandom(seed);
            int count = 1 + random.nextInt(12);
            List<NodeSpec> nodes = new ArrayList<>();
            List<Map<String, String>> places = new ArrayList<>();
            for (int n = 0; n < count; n++) {
                nodes.add(new NodeSpec("n" + n, 8_000, 65_536, random.nextInt(9), "H100", 110));
                places.add(random.nextInt(5) == 0 ? Map.of() : Map.of("rack", "r" + random.nextInt(3)));
            }
            var view = new ClusterView(nodes);
            var topology = Topology.of(List.of("rack"), places);
            List<GangSpec.Role> roles = new ArrayList<>();
            List<BitSet> able = new ArrayList<>();
            for (int r = 0; r <= random.nextInt(4) / 3; r++) {
                int min = 1 + random.nextInt(12);
                var demand = new Demand(1_000 * (1 + random.nextInt(3)), 4_096, 1 + random.nextInt(4), 1000, List.of());
                roles.add(new GangSpec.Role("role" + r, demand, min, min + random.nextInt(3)));
                able.add(some(random, count, 5));
            }
            var gang = new GangSpec("g", roles, random.nextBoolean() ? "rack" : null, null);
            BitSet avoided = random.nextBoolean() ? new BitSet() : some(random, count, 2);
            var rooms = new ShapeRooms(
                    new Forecast.Shape(List.of(gang), able), new CountedRooms(view, topology).without(avoided));
            boolean found = rooms.fit() != null;
            assertThat(rooms.fits()).as("seed %s", seed).isEqualTo(found);
            fits += found ? 1 : 0;
        }
        assertThat(fits).isBetween(300, 1700);
    }

    /// All but one of so many.
    private static BitSet some(SplittableRandom random, int count, int of) {
        var some = new BitSet();
        for (int n = 0; n < count; n++) {
            some.set(n, random.nextInt(of) > 0);
        }
        return some;
    }
}
