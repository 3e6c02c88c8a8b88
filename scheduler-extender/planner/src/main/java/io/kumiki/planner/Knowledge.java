package io.kumiki.planner;

import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.learned.RunTimes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is known of run times beside what objects declare. Never changed.
///
/// @param origins by `namespace/name`
public record Knowledge(RunTimes runTimes, Map<String, Origin> origins) {
    /// Of 0.9, 0.97 and 0.99 the one with the shortest mean queue on the Philly trace.
    private static final double SURELY = 0.97;

    static Knowledge none(long usualSeconds) {
        return new Knowledge(new RunTimes(usualSeconds), Map.of());
    }

    private RunTimes.Job job(GangFact fact) {
        return Scene.job(fact, origins.getOrDefault(fact.key(), Origin.UNKNOWN));
    }

    /// Seconds that it will still run: what was declared, else as likely more as less.
    long remaining(Plan plan, long second) {
        long elapsed = plan.startedSecond == 0 ? 0 : Math.max(0, second - plan.startedSecond);
        Long declared = plan.fact.spec().expectedSeconds();
        return declared == null ? runTimes.remaining(job(plan.fact), elapsed, 0.5) : Math.max(0, declared - elapsed);
    }

    /// Within so many seconds nearly all of its kind have ended; null where nothing of its kind is known.
    @Nullable
    Long surely(GangFact fact) {
        RunTimes.Job job = job(fact);
        return runTimes.from(job) == RunTimes.From.learned ? Long.valueOf(runTimes.remaining(job, 0, SURELY)) : null;
    }
}
