package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.QueueOrder;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// In which order a leader looks at those that wait, and for whom it keeps nodes: said once more, in other
/// words.
final class Turns {
    private static final Set<Why> NOT_FOR_ROOM = Set.of(
            Why.InvalidSpec,
            Why.MembersMissing,
            Why.NamespaceQuota,
            Why.QuotaLimit,
            Why.QuotaBorrowing,
            Why.Impossible);

    /// @param seconds declared, or what counts where nobody said and nothing was learned
    private record Turn(String key, int priority, long created, long seconds, boolean several) {
        private static final long UNKNOWN = 5400;

        static Turn of(Plan plan) {
            Long seconds = plan.fact.spec().expectedSeconds();
            int members = 0;
            for (Gang.Members of : plan.fact.spec().classes()) {
                members += of.min();
            }
            return new Turn(
                    plan.fact.key(),
                    plan.fact.spec().priority(),
                    plan.fact.created(),
                    seconds == null ? UNKNOWN : seconds,
                    members > 1 && !NOT_FOR_ROOM.contains(plan.why));
        }

        static Turn of(SingleFact single) {
            return new Turn(
                    Alone.key(single.pod()),
                    single.priority(),
                    single.created(),
                    single.expectedSeconds() == null ? UNKNOWN : single.expectedSeconds(),
                    false);
        }
    }

    private Turns() {}

    static void check(State state) {
        if (!state.leading) {
            return;
        }
        List<Plan> plans = state.plans.values().stream()
                .filter(plan -> plan.phase == Gang.Phase.Waiting && !plan.ended)
                .toList();
        List<SingleFact> singles = state.singles.values().stream()
                .filter(single -> Singles.waits(single) && state.holds.get(single.uid()) == null)
                .toList();
        Queue queue = Queue.of(state, plans, singles);
        List<Turn> gangs = queue.plans().stream().map(Turn::of).toList();
        List<Turn> pods = queue.singles().stream().map(Turn::of).toList();
        boolean age = state.options.order() == QueueOrder.age;
        inOrder(gangs, gangs, age);
        inOrder(pods, gangs, age);
        for (Plan plan : queue.plans()) {
            for (SingleFact single : queue.singles()) {
                boolean first = queue.of(plan).compareTo(queue.of(single)) < 0;
                inOrder(
                        first ? List.of(Turn.of(plan), Turn.of(single)) : List.of(Turn.of(single), Turn.of(plan)),
                        gangs,
                        age);
            }
        }
        kept(state, age);
    }

    private static void inOrder(List<Turn> turns, List<Turn> gangs, boolean age) {
        for (int i = 1; i < turns.size(); i++) {
            Turn one = turns.get(i - 1);
            Turn other = turns.get(i);
            boolean may = one.priority() != other.priority()
                    ? one.priority() > other.priority()
                    : age
                            ? one.created() <= other.created()
                            : leads(one, gangs) || (one.seconds() <= other.seconds() && !leadsAlone(other, gangs));
            if (!may) {
                throw new AssertionError("I7: " + one + " is looked at before " + other + " of " + turns);
            }
        }
    }

    /// The oldest of several members, or one of them.
    private static boolean leads(Turn turn, List<Turn> gangs) {
        return turn.several() && older(turn, gangs, false).isEmpty();
    }

    private static boolean leadsAlone(Turn turn, List<Turn> gangs) {
        return turn.several() && older(turn, gangs, true).isEmpty();
    }

    private static List<Turn> older(Turn turn, List<Turn> gangs, boolean orAsOld) {
        List<Turn> older = new ArrayList<>();
        for (Turn other : gangs) {
            if (other.several()
                    && other.priority() == turn.priority()
                    && !other.key().equals(turn.key())
                    && (other.created() < turn.created() || (orAsOld && other.created() == turn.created()))) {
                older.add(other);
            }
        }
        return older;
    }

    /// Short ones first, nodes are kept for nobody but a gang of several members: nobody here waits for
    /// weeks.
    private static void kept(State state, boolean age) {
        Outlook.Kept kept = state.kept;
        if (age || kept == null) {
            return;
        }
        for (Plan plan : state.plans.values()) {
            if (plan.fact.uid().equals(kept.who().uid())) {
                int members = plan.fact.spec().classes().stream()
                        .mapToInt(Gang.Members::min)
                        .sum();
                if (members > 1) {
                    return;
                }
            }
        }
        // Whoever it was may have started or gone since the last pass.
        boolean waits = state.singles.containsKey(kept.who().uid())
                || state.plans.values().stream()
                        .anyMatch(plan -> plan.fact.uid().equals(kept.who().uid()));
        if (waits) {
            throw new AssertionError("I7: nodes are kept for " + kept.who() + ", which needs no several members");
        }
    }
}
