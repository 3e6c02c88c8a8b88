package io.kumiki.kube.scheduling;

import java.time.Duration;
import java.util.Set;

/// Which pods a scheduler serves and how patient it is.
///
/// @param names pods that name another scheduler are left alone
/// @param firstPause before a pod that failed is tried again; doubles with each failure
public record SchedulerRules(Set<String> names, Duration firstPause, Duration longestPause) {
    public static final SchedulerRules DEFAULT =
            new SchedulerRules(Set.of("default-scheduler"), Duration.ofSeconds(1), Duration.ofSeconds(10));

    public SchedulerRules {
        names = Set.copyOf(names);
    }
}
