package io.kumiki.planner;

import static io.kumiki.planner.PlantedBug.returns;
import static io.kumiki.planner.PlantedBug.without;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The simulation is worth what it notices: each fault below must be found within the seeds that the law runs.
/// `-Dkumiki.bug=barrier` runs those whose words contain that.
class PlantedBugsTest {
    private static final int SEEDS = Integer.getInteger("kumiki.seeds", 5000);

    private static Map<String, PlantedBug[]> bugs() {
        var bugs = new LinkedHashMap<String, PlantedBug[]>();
        for (PlantedBug bug : new PlantedBug[] {
            returns("a slot stays on a lost node", Moves.class, "fromLostNodes", 1),
            returns("a slot stays where the scheduler refuses its pod", Moves.class, "fromVetoes", 1),
            returns("a steered pod that the scheduler never asks about keeps its slot", Moves.class, "isUnheard", 0),
            returns("gangs are preempted whatever their disruption budget says", Budgets.class, "protect", 0),
            returns("who makes way is deleted instead of asked", Wishes.class, "makesWay", 0),
            returns("ordinary pods of the same priority are evicted", Yielding.class, "isLower", 1),
            returns("nodes are asked for when nobody waits for them any more", Capacity.class, "isOver", 0),
            returns("a barrier never gives up", Barrier.class, "isOverdue", 0),
            returns("a foreign reservation is taken for the current one", Plan.class, "isCurrent", 1),
            returns("a call for another node is held", Barrier.class, "isThere", 1),
            returns("the barrier opens before the wave is complete", Barrier.class, "wouldBeComplete", 1),
            returns("a pod counts twice while its binding is on its way", Barrier.class, "isHeldOnly", 1),
            returns("nothing is checked in the instant before opening", Barrier.class, "check", 1),
            returns("a later wave is let through", Barrier.class, "mayStart", 1),
            without("held calls of an ended attempt are kept", Progress.class, "end", "refuseAll", 0),
            without("the call of a pod that is gone is kept", Planner.class, "podGone", "drop", 0),
            without("calls of an earlier term are forgotten", Planner.class, "elected", "refuseAll", 0),
            returns("slots that are promised count as free", Occupancy.class, "reserves", 0),
            returns("parts of devices that are taken count as free", Taken.class, "part", 0),
            returns("what DaemonSets take is not kept free", Daemons.class, "matches", 0),
            returns("a tenant's quota is not looked at", Charges.class, "refusal", 0),
            without("what is placed in one pass is not charged", Placing.class, "reserve", "charge", 0),
            without("what is placed in one pass is not taken", Placing.class, "reserve", "take", 0),
            returns("slots count before their write is done", Plan.class, "isDurable", 1),
            without("slots are given on before the write without them is done", Plan.class, "clear", "leave", 0),
            without("a new leader forgets what was promised", Adoption.class, "takeOver", "adopt", 0),
            without("a leader that was deposed goes on", Planner.class, "hear", "deposed", 0),
            returns("a gang that lost members is left partial", Progress.class, "lostTooLong", 0),
            returns("a gang that finished keeps its slots", Progress.class, "finished", 0),
            returns("a reservation without pods never expires", Progress.class, "isExpired", 0),
            returns("a gated gang is given slots before its pods exist", Readiness.class, "mayBePlaced", 1),
            without("an attempt that ended keeps its pods", Progress.class, "release", "delete", 0),
            without("a new attempt is not begun", Progress.class, "advance", "again", 0),
            without("a slot is given to two pods", Seating.class, "slotOf", "clear", 0),
            without("a slot is given to two pods that are about to be made", Seating.class, "slot", "give", 0),
            returns("pods are led as if nothing had changed", Steering.class, "isStale", 0),
            without("a binding that is done still counts as on its way", Plan.class, "bound", "tell", 0),
            returns("a wish that had no effect is not repeated", Wishes.class, "ask", 0),
            without("pods of an earlier attempt are left", Progress.class, "advance", "removeForeign", 0),
            returns("pods of equal or higher priority are evicted", Claims.class, "isLower", 1),
            returns("gangs move whose owner did not allow it", Movables.class, "allowed", 1),
            returns("the same work is moved again at once", Movables.class, "rested", 1),
            returns("run times do not count where they should", Knowledge.class, "expected", 0),
            returns("the oldest of several members does not go first", Queue.class, "isSeveral", 0),
            returns("anybody keeps nodes though the short ones go first", Placing.class, "keeps", 1),
            without("the places of pods that move are not kept", MovedPlaces.class, "keep", "put", 0),
            without("what a led pod without a gang was promised is not kept", Led.class, "take", "take", 0),
            returns("led pods without a gang are bound by whoever does not lead", Led.class, "plans", 1),
            without("a kept place is taken before it was left", SingleEvictions.class, "kept", "fits", 1),
        }) {
            bugs.put(bug.says(), new PlantedBug[] {bug});
        }
        // Either would do in most cases.
        bugs.put("others leave as well while those before are on their way", new PlantedBug[] {
            returns("", Departures.class, "leaves", 0), returns("", Earmarks.class, "isAwaited", 0)
        });
        return bugs;
    }

    @TestFactory
    Iterable<DynamicTest> eachIsNoticed() {
        return bugs().entrySet().stream()
                .filter(bug -> bug.getKey().contains(System.getProperty("kumiki.bug", "")))
                .map(bug -> DynamicTest.dynamicTest(bug.getKey(), () -> {
                    PlantedBug.Loader planted = PlantedBug.plant(bug.getValue());
                    String noticed = null;
                    long seed = 0;
                    for (; seed < SEEDS && noticed == null; seed++) {
                        noticed = planted.run(seed);
                    }
                    System.out.println(bug.getKey() + ": "
                            + (noticed == null
                                    ? "not noticed in " + SEEDS + " seeds"
                                    : "seed " + (seed - 1) + ", "
                                            + noticed.lines().findFirst().orElse("")));
                    assertThat(noticed).as("noticed within %s seeds", SEEDS).isNotNull();
                    assertThat(noticed).doesNotContain("nothing to change");
                }))
                .toList();
    }

    @Test
    void withoutABugNothingIsNoticed() {
        PlantedBug.Loader sound = PlantedBug.plant();
        for (long seed = 0; seed < 100; seed++) {
            assertThat(sound.run(seed)).as("seed %s", seed).isNull();
        }
    }
}
