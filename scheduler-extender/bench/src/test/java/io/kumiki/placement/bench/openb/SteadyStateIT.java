package io.kumiki.placement.bench.openb;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.placement.Topology;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whoever wants a whole node, or several in one rack, must not be starved by small pods that come and go. Shorter than
/// the bench; the same seed gives the same run.
class SteadyStateIT {
    @BeforeEach
    void dataIsHere() {
        Openb.assumeThere();
    }

    private static SteadyState.Outcome run(Topology topology, SteadyState.Case of, Policy.Factory policy)
            throws IOException {
        OpenbTrace trace = Openb.trace();
        return SteadyState.run(trace.nodes(), topology, trace.pods("default"), of, policy, 100);
    }

    @Test
    void largePodsAreHardlyRefusedUnderChurn() throws IOException {
        var churn = SteadyStates.churn("default", 12_000);
        var ours = run(SteadyStates.NO_RACKS, churn, Policy.LIVE).eightGpus();
        var bestFit = run(SteadyStates.NO_RACKS, churn, Policy.BEST_FIT).eightGpus();
        assertThat(ours.offered).isGreaterThan(40);
        assertThat(ours.refusedPercent()).isLessThanOrEqualTo(5);
        assertThat(bestFit.refusedPercent()).as("the case is hard").isGreaterThan(50);
    }

    @Test
    void gangsFindTheirRack() throws IOException {
        Topology racks = SteadyStates.racks(Openb.trace().nodes());
        List<SteadyState.Count> gangs =
                run(racks, SteadyStates.gangs(0.88, 8_000), Policy.LIVE).gangs();
        assertThat(gangs.get(0).offered).isGreaterThan(15);
        assertThat(gangs.get(1).offered).isGreaterThan(15);
        assertThat(gangs.get(0).refusedPercent()).isLessThanOrEqualTo(2);
        assertThat(gangs.get(1).refusedPercent()).isLessThanOrEqualTo(25);
    }
}
