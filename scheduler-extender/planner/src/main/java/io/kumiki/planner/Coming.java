package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.learned.RunTimes;

/// Who waits only until its place is left, or until it is made anew: slots are kept for it, so no forecast of run
/// times and no remedy says more.
final class Coming {
    /// Pods that are being ended need a moment to go, in seconds.
    static final long RELEASE = 30;

    private Coming() {}

    static boolean is(Plan plan) {
        if (plan.phase != Gang.Phase.Waiting) {
            return false;
        }
        Gang.Status status = plan.fact.status();
        return (status != null && status.kept() != null)
                || switch (plan.why) {
                    // Of single pods nothing else says it.
                    case Preempting, Moving -> true;
                    default -> false;
                };
    }

    /// @param now seconds since 1970
    static Estimate start(long now) {
        return new Estimate(now + RELEASE, now, now + 4 * RELEASE, RunTimes.From.leaving);
    }
}
