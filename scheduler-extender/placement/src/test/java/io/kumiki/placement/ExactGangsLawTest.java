package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The placer against the exact solver, on clusters small enough for it.
class ExactGangsLawTest {
    private static final List<String> LEVELS = List.of("zone", "rack");

    private record Case(ClusterView view, Topology topology, GangSpec gang, GangPlacer.Allowed allowed) {}

    private static Case draw(long seed) {
        var random = new SplittableRandom(seed);
        int size = 2 + random.nextInt(4);
        List<NodeSpec> nodes = new ArrayList<>();
        List<Map<String, String>> labels = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            nodes.add(new NodeSpec(
                    "n" + i,
                    4000 + 2000 * random.nextInt(3),
                    8000,
                    random.nextInt(5),
                    random.nextBoolean() ? "A" : "B",
                    2 + random.nextInt(6),
                    Map.of("nvidia.com/mig-1g.5gb", (long) random.nextInt(4))));
            labels.add(Map.of("zone", "z", "rack", "r" + random.nextInt(2)));
        }
        var view = new ClusterView(nodes);
        for (int n = 0; n < size; n++) {
            int used = random.nextInt(view.wholeDevices(n) + 1);
            var pod = new Demand(500, 100, 1, 1000, List.of());
            for (int i = 0; i < used && view.fits(pod, n); i++) {
                view.place(pod, n, view.wholeDevices(n, 1));
            }
        }
        List<GangSpec.Role> roles = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int r = 0; r < count; r++) {
            int min = random.nextInt(4);
            Map<String, Long> extended = random.nextInt(4) == 0 ? Map.of("nvidia.com/mig-1g.5gb", 1L) : Map.of();
            var models = random.nextInt(3) == 0 ? List.of("A") : List.<String>of();
            int gpus = random.nextInt(3);
            var demand = new Demand(
                    500 * (1 + random.nextInt(6)),
                    1000 * random.nextInt(4),
                    gpus,
                    gpus == 0 ? 0 : 1000,
                    models,
                    extended);
            roles.add(new GangSpec.Role("role" + r, demand, min, Math.max(1, min + random.nextInt(2))));
        }
        String required = random.nextInt(3) == 0 ? null : LEVELS.get(random.nextInt(2));
        long closed = random.nextLong();
        GangPlacer.Allowed allowed = (role, n) -> random(closed, role.name().hashCode() * 31L + n) % 5 != 0;
        return new Case(view, Topology.of(LEVELS, labels), new GangSpec("g", roles, required, null), allowed);
    }

    private static long random(long seed, long of) {
        return Math.abs(new SplittableRandom(seed ^ of * 0x9E3779B97F4A7C15L).nextInt(1000));
    }

    @Test
    void findsARoomExactlyWhereOneIsAndProvesWhereNoneIs() {
        int placed = 0;
        int mixed = 0;
        for (long seed = 0; seed < 6000; seed++) {
            Case c = draw(seed);
            GangPlacement answer = new GangPlacer(c.view, c.topology, c.allowed).place(c.gang);
            boolean fits = ExactGangs.fits(c.view, c.topology, c.gang, c.allowed);
            assertThat(answer instanceof GangPlacement.Placed)
                    .as("seed %d", seed)
                    .isEqualTo(fits);
            switch (answer) {
                case GangPlacement.Placed found -> {
                    placed++;
                    checkPlaced(c, found, seed);
                }
                case GangPlacement.Waiting(GangPlacement.Certificate why) -> {
                    mixed += why.causes().stream().anyMatch(GangPlacement.NoCombination.class::isInstance) ? 1 : 0;
                    assertThat(why.proven()).isTrue();
                    assertThat(ExactGangs.holds(why, c.view, c.topology, c.gang, c.allowed))
                            .as("seed %d", seed)
                            .isTrue();
                }
                case GangPlacement.Impossible(GangPlacement.Certificate why) ->
                    assertThat(ExactGangs.holds(why, c.view.emptied(), c.topology, c.gang, c.allowed))
                            .as("seed %d", seed)
                            .isTrue();
            }
        }
        // The cases must not be all of one kind, or nothing was compared.
        assertThat(placed).isBetween(1000, 5000);
        assertThat(mixed).isGreaterThan(20);
    }

    private static void checkPlaced(Case c, GangPlacement.Placed found, long seed) {
        var again = (GangPlacement.Placed) new GangPlacer(c.view, c.topology, c.allowed).place(c.gang);
        for (int r = 0; r < c.gang.roles().size(); r++) {
            GangSpec.Role role = c.gang.roles().get(r);
            assertThat(found.slots().get(r)).as("seed %d", seed).hasSizeBetween(role.min(), role.max());
            for (int i = 0; i < found.slots().get(r).size(); i++) {
                GangPlacement.Slot slot = found.slots().get(r).get(i);
                assertThat(c.allowed.on(role, slot.node())).isTrue();
                assertThat(again.slots().get(r).get(i).node()).isEqualTo(slot.node());
                assertThat(role.demand().allows(c.view.node(slot.node()).model()))
                        .isTrue();
                c.view.place(role.demand(), slot.node(), slot.devices());
            }
        }
    }

    @Test
    void takesTheFastestTypeThatFits() {
        List<NodeSpec> nodes =
                List.of(new NodeSpec("a", 64000, 64000, 8, "A100", 10), new NodeSpec("h", 64000, 64000, 4, "H100", 10));
        var view = new ClusterView(nodes);
        var placer = new GangPlacer(view, Topology.of(List.of(), List.of(Map.of(), Map.of())));
        var types = List.of(new GangPlacer.Alternative("A100", 1), new GangPlacer.Alternative("H100", 2.2));
        var small = new GangSpec(
                "s", List.of(new GangSpec.Role("w", new Demand(1, 1, 1, 1000, List.of()), 4, 4)), null, null);
        var large = new GangSpec(
                "l", List.of(new GangSpec.Role("w", new Demand(1, 1, 1, 1000, List.of()), 8, 8)), null, null);
        assertThat(node(placer.place(small, types))).isEqualTo(1);
        assertThat(node(placer.place(large, types))).isZero();
    }

    private static int node(GangPlacement answer) {
        return ((GangPlacement.Placed) answer).slots().getFirst().getFirst().node();
    }
}
