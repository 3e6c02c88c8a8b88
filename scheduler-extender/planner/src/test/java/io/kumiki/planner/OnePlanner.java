package io.kumiki.planner;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A planner, a clock, and an API server that takes every status at once.
abstract class OnePlanner {
    static final String GPU = "nvidia.com/gpu";

    final Planner planner = new Planner(PlannerOptions.DEFAULT);
    long now = 1000;
    int version = 100;
    /// How far the clock on the wall is off, in seconds.
    long off;

    List<Decision> on(Event event) {
        List<Decision> all =
                new ArrayList<>(planner.on(event, now, Instant.ofEpochSecond(1_000_000 + off + now / 1000)));
        for (Decision decision : List.copyOf(all)) {
            if (decision instanceof Decision.WriteStatus write) {
                all.addAll(on(new Event.Written(
                        write.namespace(), write.name(), write.number(), Integer.toString(version++))));
            }
        }
        return all;
    }
}
