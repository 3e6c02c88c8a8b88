package io.kumiki.planner;

import io.kumiki.placement.QueueOrder;

/// Numbers of the planner, in milliseconds where nothing else is said.
///
/// @param reserveCpuMilli kept free on each node for what is not planned
/// @param expiry a reservation without any pod ends after this, and 10 ms a member
/// @param barrier a wave that makes no progress gives up
/// @param volumes the same, while volumes of its members are still made
/// @param partial a gang below its minimum after it began is ended
/// @param veto how long a node that the scheduler refused is not tried again for that class
/// @param repeat a wish that had no effect is repeated
/// @param earmark slots of preempted gangs are kept for the winner
/// @param usualSeconds run time of a gang that declares none
/// @param order in which those of equal priority are looked at
public record PlannerOptions(
        int reserveCpuMilli,
        int reserveMemoryMib,
        long expiry,
        long barrier,
        long volumes,
        long partial,
        long veto,
        long repeat,
        long earmark,
        long usualSeconds,
        QueueOrder order) {
    public static final PlannerOptions DEFAULT = new PlannerOptions(
            1000, 2048, 60_000, 30_000, 120_000, 40_000, 300_000, 5_000, 60_000, 3600, QueueOrder.age);

    public PlannerOptions ordered(QueueOrder by) {
        return new PlannerOptions(
                reserveCpuMilli,
                reserveMemoryMib,
                expiry,
                barrier,
                volumes,
                partial,
                veto,
                repeat,
                earmark,
                usualSeconds,
                by);
    }
}
