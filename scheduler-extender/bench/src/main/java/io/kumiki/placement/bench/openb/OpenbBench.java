package io.kumiki.placement.bench.openb;

import io.kumiki.placement.bench.Traces;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.runtime.bench.Figure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Placement on the published openb cluster and its workloads, beside the published FGD: a fill (what of the GPUs is
/// allocated), a full cluster from which pods leave (who is refused), and time.
public final class OpenbBench implements Benchmark {
    private static final List<String> PARTS = List.of("fill", "learned", "ties", "churn", "racks", "scale");
    /// A run in steady state is long, and two tell enough.
    private static final int STEADY_SEEDS = 2;

    @Override
    public String name() {
        return "openb";
    }

    @Override
    public String measures() {
        return "GPU allocation on the 17 openb workloads beside the published FGD (N seeds, 10), refusals in steady"
                + " state, latency; --only " + String.join("|", PARTS) + ", --workloads default,cpu250";
    }

    @Override
    public int defaultSize() {
        return 10;
    }

    @Override
    public Set<String> options() {
        return Set.of("only", "workloads");
    }

    @Override
    public List<Figure> run(Size size) throws IOException {
        String only = size.option("only");
        if (only != null && !PARTS.contains(only)) {
            throw new IllegalArgumentException("--only is one of " + PARTS + ", not " + only);
        }
        var data = new OpenbTrace(Traces.folder("openb-fgd"));
        List<String> workloads = workloads(size.option("workloads"));
        var fills = new Fills(name(), data, workloads, size.n());
        var steady = new SteadyStates(name(), data, Math.min(size.n(), STEADY_SEEDS));
        List<Figure> figures = new ArrayList<>();
        for (String part : only == null ? PARTS : List.of(only)) {
            figures.addAll(
                    switch (part) {
                        case "fill" -> fills.known();
                        case "learned" -> fills.learned();
                        case "ties" -> fills.ties();
                        case "churn" -> steady.churn(workloads);
                        case "racks" -> steady.racks();
                        default -> Scale.figures(name(), data);
                    });
        }
        return figures;
    }

    private static List<String> workloads(@Nullable String named) {
        if (named == null) {
            return OpenbTrace.WORKLOADS;
        }
        List<String> workloads = Arrays.asList(named.split(","));
        for (String workload : workloads) {
            if (!OpenbTrace.WORKLOADS.contains(workload)) {
                throw new IllegalArgumentException(
                        "--workloads are of " + OpenbTrace.WORKLOADS + ", and " + workload + " is none of them");
            }
        }
        return workloads;
    }
}
