package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GangPlacerLawTest {
    private static final List<String> LEVELS = List.of("zone", "rack");

    /// A random cluster, partly used, with the gang that asks for it.
    private record Case(ClusterView view, Topology topology, List<Map<String, String>> labels, GangSpec gang) {}

    static LongStream seeds() {
        return LongStream.range(0, 400);
    }

    private static Case draw(long seed, boolean oneRole) {
        var random = new SplittableRandom(seed);
        int size = 4 + random.nextInt(20);
        List<NodeSpec> nodes = new ArrayList<>();
        List<Map<String, String>> labels = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            nodes.add(new NodeSpec("n" + i, 16000, 64000, 1 << random.nextInt(4), "A", 20));
            labels.add(Map.of("zone", "z" + i / 8, "rack", "r" + i / 3));
        }
        var view = new ClusterView(nodes);
        for (int n = 0; n < size; n++) {
            int used = random.nextInt(view.wholeDevices(n) + 1);
            var pod = new Demand(100, 100, 1, 1000, List.of());
            for (int i = 0; i < used; i++) {
                view.place(pod, n, view.wholeDevices(n, 1));
            }
        }
        List<GangSpec.Role> roles = new ArrayList<>();
        for (int r = 0; r < (oneRole ? 1 : 1 + random.nextInt(3)); r++) {
            int min = random.nextInt(6);
            var demand = new Demand(1000 * (1 + random.nextInt(8)), 1000, random.nextInt(4), 1000, List.of());
            roles.add(new GangSpec.Role(
                    "role" + r,
                    demand.gpus() == 0 ? new Demand(demand.cpuMilli(), 1000, 0, 0, List.of()) : demand,
                    min,
                    Math.max(1, min + random.nextInt(3))));
        }
        String required = random.nextInt(3) == 0 ? null : LEVELS.get(random.nextInt(2));
        return new Case(view, Topology.of(LEVELS, labels), labels, new GangSpec("g", roles, required, null));
    }

    /// Placing all slots into the view throws if any device, CPU or pod were given twice.
    @ParameterizedTest
    @MethodSource("seeds")
    void aPlacedGangIsWholeFitsAndLiesWhereItMust(long seed) {
        Case c = draw(seed, false);
        if (!(new GangPlacer(c.view, c.topology).place(c.gang) instanceof GangPlacement.Placed placed)) {
            return;
        }
        for (int r = 0; r < c.gang.roles().size(); r++) {
            GangSpec.Role role = c.gang.roles().get(r);
            assertThat(placed.slots().get(r)).hasSizeBetween(role.min(), role.max());
            for (GangPlacement.Slot slot : placed.slots().get(r)) {
                c.view.place(role.demand(), slot.node(), slot.devices());
            }
        }
        String required = c.gang.required();
        if (required != null) {
            int level = c.topology.level(required);
            assertThat(placed.slots().stream()
                            .flatMap(List::stream)
                            .map(s -> c.topology.domainOf(level, s.node()))
                            .distinct()
                            .count())
                    .isLessThanOrEqualTo(1);
        }
    }

    /// For one role rooms add up, so the certificate is exact: recount every domain by hand.
    @ParameterizedTest
    @MethodSource("seeds")
    void aRefusalOfOneRoleIsProven(long seed) {
        Case c = draw(seed, true);
        GangPlacement answer = new GangPlacer(c.view, c.topology).place(c.gang);
        GangSpec.Role role = c.gang.roles().getFirst();
        Map<String, Integer> rooms = new java.util.HashMap<>();
        for (int n = 0; n < c.view.size(); n++) {
            String domain = c.gang.required() == null
                    ? "all"
                    : c.topology.name(
                            c.topology.level(c.gang.required()),
                            c.topology.domainOf(c.topology.level(c.gang.required()), n));
            rooms.merge(domain, roomByPlacing(c.view, role.demand(), n), Integer::sum);
        }
        boolean fits = rooms.values().stream().anyMatch(room -> room >= role.min());
        assertThat(answer instanceof GangPlacement.Placed).as("seed %d", seed).isEqualTo(fits);
        if (answer instanceof GangPlacement.Waiting waiting) {
            assertThat(waiting.certificate().proven()).isTrue();
            assertThat(waiting.certificate().nearest())
                    .isEqualTo(new GangPlacement.RoleShort(
                            waiting.certificate().nearest().domain(),
                            role.name(),
                            role.min(),
                            rooms.values().stream().max(Integer::compare).orElse(0)));
        }
    }

    @Test
    void prefersTheTightestPlaceThatHoldsTheGang() {
        List<NodeSpec> nodes = new ArrayList<>();
        List<Map<String, String>> labels = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            nodes.add(new NodeSpec("n" + i, 64000, 64000, 8, "H100", 10));
            labels.add(Map.of("zone", "z", "rack", i < 5 ? "large" : "small"));
        }
        var view = new ClusterView(nodes);
        var gang = new GangSpec(
                "g", List.of(new GangSpec.Role("w", new Demand(1000, 1000, 8, 1000, List.of()), 3, 3)), "rack", null);
        assertThat(new GangPlacer(view, Topology.of(LEVELS, labels)).place(gang))
                .isInstanceOfSatisfying(
                        GangPlacement.Placed.class, p -> assertThat(p.domain()).isEqualTo("z/small"));
    }

    /// Counts by really placing one after the other on a copy.
    private static int roomByPlacing(ClusterView view, Demand demand, int n) {
        var copy = new ClusterView(List.of(view.node(n)));
        var used = new Demand(100, 100, 1, 1000, List.of());
        for (int d = 0; d < view.remnants(n).length; d++) {
            if (view.remnants(n)[d] == 0) {
                copy.place(used, 0, new int[] {d});
            }
        }
        int room = 0;
        while (copy.fits(demand, 0)) {
            copy.place(demand, 0, demand.gpus() == 0 ? new int[0] : copy.wholeDevices(0, demand.gpus()));
            room++;
        }
        return room;
    }
}
