package io.kumiki.planner;

import io.kumiki.placement.Promise;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.learned.RunTimes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is known of run times beside what objects declare. Never changed.
///
/// @param origins by `namespace/name`
public record Knowledge(RunTimes runTimes, Map<String, Origin> origins) {
    static Knowledge none(long usualSeconds) {
        return new Knowledge(new RunTimes(usualSeconds), Map.of());
    }

    private RunTimes.Job job(GangFact fact) {
        return Scene.job(fact, origins.getOrDefault(fact.key(), Origin.UNKNOWN));
    }

    /// Seconds that count for its place in the queue.
    long expected(GangFact fact) {
        return runTimes.expected(job(fact));
    }

    /// Seconds that count for its place in the queue.
    long expected(SingleFact single) {
        Origin origin = origins.getOrDefault(Alone.key(single.pod()), Origin.UNKNOWN);
        return runTimes.expected(new RunTimes.Job(
                single.pod().namespace(), origin, Entry.gpus(single.shape()), single.expectedSeconds()));
    }

    /// Seconds that it will still run: what was declared, else as likely more as less.
    long remaining(Plan plan, long second) {
        long elapsed = plan.startedSecond == 0 ? 0 : Math.max(0, second - plan.startedSecond);
        Long declared = plan.fact.spec().expectedSeconds();
        return declared == null ? runTimes.remaining(job(plan.fact), elapsed, 0.5) : Math.max(0, declared - elapsed);
    }

    /// What it is held to where it may use nodes that are kept for another: what was declared, else within what
    /// nearly all of its kind have ended; null where nothing of its kind is known.
    Promise.@Nullable Bound bound(GangFact fact) {
        Long declared = fact.spec().expectedSeconds();
        return declared != null ? new Promise.Bound(declared, true) : runTimes.bound(job(fact));
    }
}
