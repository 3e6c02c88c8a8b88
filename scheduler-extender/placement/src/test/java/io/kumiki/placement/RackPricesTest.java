package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Two racks of four nodes with 8 GPUs each; of the second, one node is in use already.
class RackPricesTest {
    private static final Demand MEMBER = new Demand(64_000, 100, 8, 1000, List.of());
    private static final Demand SMALL = new Demand(1_000, 100, 1, 1000, List.of());
    private static final Demand PLAIN = new Demand(40_000, 100, 0, 0, List.of());

    private final List<NodeSpec> nodes = new ArrayList<>();
    private final List<Map<String, String>> labels = new ArrayList<>();

    private ClusterView cluster(int perRack) {
        for (int n = 0; n < 8; n++) {
            nodes.add(new NodeSpec("n" + n, 96_000, 1_000, 8, "A", 100));
            labels.add(Map.of("zone", "z", "rack", "r" + n / perRack));
        }
        var view = new ClusterView(nodes);
        view.place(new Demand(96_000, 100, 8, 1000, List.of()), 4, new int[] {0, 1, 2, 3, 4, 5, 6, 7});
        return view;
    }

    private int node(ClusterView view, EtwOptions options, int membersAtOnce, Demand pod) {
        var arrivals = new Arrivals();
        arrivals.addGang(MEMBER, membersAtOnce);
        arrivals.add(SMALL, 100);
        var placer = new EtwPlacer(view, arrivals.learn(), options, Topology.of(List.of("zone", "rack"), labels));
        return ((Placement.Placed) placer.place(pod)).node();
    }

    @Test
    void aRackThatIsBrokenAlreadyIsSpentFirst() {
        ClusterView view = cluster(4);
        assertThat(node(view, EtwOptions.STEADY, 4, SMALL)).isEqualTo(5);
        assertThat(node(view, EtwOptions.STEADY.racks(0), 4, SMALL)).isZero();
    }

    @Test
    void cpuAloneBreaksANodeToo() {
        assertThat(node(cluster(4), EtwOptions.STEADY, 4, PLAIN)).isEqualTo(5);
    }

    @Test
    void nobodyPaysWhereNoGangComesOrNoRackIsKnown() {
        assertThat(node(cluster(4), EtwOptions.STEADY, 1, SMALL)).isZero();
        nodes.clear();
        labels.clear();
        assertThat(node(cluster(1), EtwOptions.STEADY, 4, SMALL)).isZero();
    }
}
