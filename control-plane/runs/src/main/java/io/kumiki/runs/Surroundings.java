package io.kumiki.runs;

import io.kumiki.pipelines.engine.ArtifactIds;
import io.kumiki.runs.log.PodKeeper;
import io.kumiki.runs.pod.PodRendering;
import io.kumiki.runs.pod.StepPods;
import io.kumiki.store.Store;
import io.kumiki.store.objects.ObjectStorage;
import java.time.Clock;

/// What every live run works with.
record Surroundings(
        Store store,
        StepPods pods,
        ObjectStorage objects,
        RunSettings settings,
        Clock clock,
        PodRendering rendering,
        PodKeeper keeper,
        Pipelines pipelines,
        ArtifactIds ids,
        Timers timers,
        RunMetrics metrics) {}
