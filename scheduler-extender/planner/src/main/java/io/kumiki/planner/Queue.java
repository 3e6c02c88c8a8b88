package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.placement.QueueOrder;
import io.kumiki.placement.Rank;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.SingleFact;
import io.kumiki.planner.words.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Gangs and single pods that wait, in the order that the options want ([QueueOrder]): for the planner and
/// for those who look at its queue.
final class Queue {
    private final Map<String, Rank> ranks;
    private final List<Plan> plans;
    private final List<SingleFact> singles;

    private Queue(Map<String, Rank> ranks, Collection<Plan> plans, Collection<SingleFact> singles) {
        this.ranks = ranks;
        this.plans = plans.stream()
                .sorted(Comparator.comparing((Plan plan) -> of(plan)))
                .toList();
        this.singles = singles.stream()
                .sorted(Comparator.comparing((SingleFact single) -> of(single)))
                .toList();
    }

    /// @param plans gangs, or pods as gangs of one
    /// @param singles pods that are none of these
    static Queue of(State state, Collection<Plan> plans, Collection<SingleFact> singles) {
        List<QueueOrder.Waiting> all = new ArrayList<>();
        plans.forEach(plan -> all.add(waiting(state, plan)));
        singles.forEach(single -> all.add(waiting(state, single)));
        return new Queue(state.options.order().ranks(all, state.second), plans, singles);
    }

    private static QueueOrder.Waiting waiting(State state, Plan plan) {
        GangFact fact = plan.fact;
        return new QueueOrder.Waiting(
                fact.key(),
                Alone.is(fact),
                fact.spec().priority(),
                fact.created(),
                state.options.order() == QueueOrder.age ? 0 : state.knowledge.expected(fact),
                isSeveral(plan));
    }

    private static QueueOrder.Waiting waiting(State state, SingleFact single) {
        return new QueueOrder.Waiting(
                Alone.key(single.pod()),
                true,
                single.priority(),
                single.created(),
                state.options.order() == QueueOrder.age ? 0 : state.knowledge.expected(single),
                false);
    }

    /// Where a gang stands that need not be one of these: one that came later, say.
    static Rank of(State state, Plan plan) {
        return state.options.order().rank(waiting(state, plan), state.second);
    }

    /// It needs several members at once, and nothing but room stood in its way when it was looked at last.
    private static boolean isSeveral(Plan plan) {
        return switch (plan.why) {
            case InvalidSpec, MembersMissing, NamespaceQuota, QuotaLimit, QuotaBorrowing, Impossible -> false;
            default ->
                plan.fact.spec().classes().stream().mapToLong(Gang.Members::min).sum() > 1;
        };
    }

    /// First who is looked at first.
    List<Plan> plans() {
        return plans;
    }

    /// How many go first.
    Place place(Plan plan) {
        Rank own = of(plan);
        int position = 1;
        int higher = 0;
        int overdue = 0;
        int several = 0;
        int shorter = 0;
        for (Plan other : plans) {
            Rank rank = of(other);
            if (rank.compareTo(own) >= 0) {
                break;
            }
            boolean same = rank.priority() == own.priority();
            position++;
            higher += same ? 0 : 1;
            overdue += same && rank.turn() == Rank.Turn.overdue ? 1 : 0;
            several += same && rank.turn() == Rank.Turn.firstOfSeveral ? 1 : 0;
            shorter += same && rank.turn() == Rank.Turn.byLength && rank.length() < own.length() ? 1 : 0;
        }
        int older = position - 1 - higher - overdue - several - shorter;
        return new Place(position, own.turn(), higher, overdue, several, shorter, older);
    }

    /// First who is looked at first.
    List<SingleFact> singles() {
        return singles;
    }

    boolean holds(Plan plan) {
        return ranks.containsKey(plan.fact.key());
    }

    Rank of(Plan plan) {
        return Objects.requireNonNull(ranks.get(plan.fact.key()));
    }

    Rank of(SingleFact single) {
        return Objects.requireNonNull(ranks.get(Alone.key(single.pod())));
    }
}
