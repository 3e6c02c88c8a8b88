package io.kumiki.planner;

/// What the planner keeps counted is what counting anew gives.
final class Indexes {
    private Indexes() {}

    static void check(State state) {
        for (Plan plan : state.plans.values()) {
            Occupancy kept = Occupancy.known(plan);
            String counted = Occupancy.counted(plan, state).toString();
            if (kept != null && !kept.toString().equals(counted)) {
                throw new AssertionError("I: " + plan.fact.key() + " kept: " + kept + "; counted: " + counted);
            }
        }
    }
}
