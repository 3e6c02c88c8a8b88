package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EarliestStartLawTest {
    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    private static final int NODES = 5;

    private final List<BackfillPlanner.Running> running = new ArrayList<>();
    private final ClusterView view = cluster();
    private final Topology topology =
            Topology.of(List.of("rack"), java.util.Collections.nCopies(NODES, Map.of("rack", "r")));

    private static ClusterView cluster() {
        List<NodeSpec> nodes = new ArrayList<>();
        for (int n = 0; n < NODES; n++) {
            nodes.add(new NodeSpec("n" + n, 1, 1, 8, "G", 100));
        }
        return new ClusterView(nodes);
    }

    private static GangSpec gang(int members, int gpus) {
        return new GangSpec(
                members + "x" + gpus,
                List.of(new GangSpec.Role("w", new Demand(0, 0, gpus, 1000, List.of()), members, members)),
                null,
                null);
    }

    private GangPlacement place(ClusterView on, GangSpec gang) {
        return new GangPlacer(on, topology, new BitSet()).place(gang);
    }

    /// What is found by halves is what ending one after the other finds.
    @ParameterizedTest
    @MethodSource("seeds")
    void theFirstEndThatMakesRoom(long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 40; i++) {
            GangSpec gang = gang(1 + random.nextInt(2), 1 << random.nextInt(4));
            if (place(view, gang) instanceof GangPlacement.Placed placed) {
                var start = new BackfillPlanner.Start(new BackfillPlanner.Waiting("j" + i, gang, 0, 1), placed);
                List<BackfillPlanner.Held> held = BackfillPlanner.held(start);
                held.forEach(h -> view.place(h.demand(), h.node(), h.devices()));
                running.add(new BackfillPlanner.Running("j" + i, held, random.nextInt(12)));
            }
        }
        GangSpec head = gang(1 + random.nextInt(NODES + 1), 8);
        EarliestStart found = EarliestStart.of(view, running, later -> place(later, head));
        assertThat(found == null ? null : Long.valueOf(found.at())).isEqualTo(oneAfterTheOther(head));
        if (found != null) {
            assertThat(found.nodes().cardinality()).isEqualTo(head.minimum());
        }
    }

    private @Nullable Long oneAfterTheOther(GangSpec head) {
        ClusterView later = view.copy();
        running.sort(Comparator.comparingLong(BackfillPlanner.Running::expectedEnd));
        for (BackfillPlanner.Running end : running) {
            end.held().forEach(h -> later.release(h.demand(), h.node(), h.devices()));
            if (place(later, head) instanceof GangPlacement.Placed) {
                return end.expectedEnd();
            }
        }
        return null;
    }
}
