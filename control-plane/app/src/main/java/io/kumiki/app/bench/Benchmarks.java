package io.kumiki.app.bench;

import io.kumiki.extender.rig.ChurnBench;
import io.kumiki.extender.rig.FillBench;
import io.kumiki.extender.rig.KillBench;
import io.kumiki.extender.rig.ReclaimBench;
import io.kumiki.extender.rig.RestartBench;
import io.kumiki.extender.rig.RigBench;
import io.kumiki.extender.rig.VerdictBench;
import io.kumiki.localcluster.bench.ApiServerBench;
import io.kumiki.localcluster.bench.ScheduleBench;
import io.kumiki.placement.bench.ForecastBench;
import io.kumiki.placement.bench.GangBench;
import io.kumiki.placement.bench.PhillyBench;
import io.kumiki.placement.bench.PlannerBench;
import io.kumiki.placement.bench.WhatIfBench;
import io.kumiki.placement.bench.openb.OpenbBench;
import io.kumiki.runtime.bench.Benchmark;
import io.kumiki.store.bench.Commits;
import io.kumiki.store.bench.ListRuns;
import java.util.List;

/// Where benchmarks are registered.
public final class Benchmarks {
    public static final List<Benchmark> ALL = List.of(
            new StartUp(),
            new HelloRun(),
            new Transition(),
            new CachedChain(),
            new FanOut(),
            new Commits(),
            new ListRuns(),
            new ApiServerBench(),
            new ScheduleBench(),
            new OpenbBench(),
            new PhillyBench(),
            new GangBench(),
            new PlannerBench(),
            new ForecastBench(),
            new WhatIfBench(),
            new RigBench(),
            new KillBench(),
            new FillBench(),
            new VerdictBench(),
            new ReclaimBench(),
            new RestartBench(),
            new ChurnBench());

    private Benchmarks() {}
}
