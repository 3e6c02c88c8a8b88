package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.Why;
import io.kumiki.planner.words.Words;
import io.kumiki.quota.Admission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is asked of a waiting gang before its tenant's quota and the cluster are looked at.
final class Readiness {
    static final int MOST_SLOTS = 5000;
    /// Pods are created one after the other: until then nobody has to be told that some are missing.
    private static final long ARRIVING = 2_000;
    /// Whoever is to come at once and is not there after this long since the last one came is missing.
    static final long COMING = 10_000;

    private final State state;

    Readiness(State state) {
        this.state = state;
    }

    /// False where it cannot be placed now; then its plan says why.
    boolean mayBePlaced(Plan plan, Charges charges) {
        Clause wrong = wrong(plan.fact);
        if (wrong != null) {
            return say(plan, Why.InvalidSpec, wrong);
        }
        int[] exist = existing(plan);
        int[] toCome = new int[exist.length];
        int missing = 0;
        for (int c = 0; c < exist.length; c++) {
            toCome[c] = Math.max(0, plan.fact.spec().classes().get(c).min() - exist[c]);
            missing += toCome[c];
        }
        Clause namespace = missing == 0 ? null : new NamespaceRoom(state).refusal(plan.fact, toCome);
        if (plan.fact.spec().gated() && missing > 0 && !(isComing(plan, missing) && namespace == null)) {
            int wanted = plan.fact.spec().classes().stream()
                    .mapToInt(Gang.Members::min)
                    .sum();
            if (state.now - plan.missingSince < ARRIVING) {
                return false;
            }
            return namespace != null && state.now - plan.missingSince >= COMING
                    ? say(plan, Why.NamespaceQuota, namespace)
                    : say(plan, Why.MembersMissing, new Clause.PodsExist(wanted - missing, wanted));
        }
        plan.missingSince = missing > 0 && plan.fact.spec().gated() ? plan.missingSince : -1;
        return namespace == null || say(plan, Why.NamespaceQuota, namespace);
    }

    /// Notes that some are missing. True where slots may be held for them already: they come one after the other.
    private boolean isComing(Plan plan, int missing) {
        if (plan.missingSince < 0 || missing < plan.missing) {
            // Another one has come: so may the rest.
            plan.missingSince = state.now;
        }
        plan.missing = missing;
        return plan.fact.spec().early()
                && state.now - plan.missingSince < COMING
                && Arrays.stream(existing(plan)).anyMatch(there -> there > 0);
    }

    private static boolean say(Plan plan, Why why, Clause clause) {
        plan.say(why, clause);
        return false;
    }

    /// What is missing, who uses more than is its own, and whose gangs hold it. False: so it cannot be placed now.
    static boolean say(Plan plan, Admission.Refused refused, Charges charges) {
        List<Clause> clauses = new ArrayList<>(Words.of(refused));
        clauses.addAll(charges.heldBy(refused, plan.fact.namespace()));
        plan.say(code(refused), clauses);
        return false;
    }

    static Why code(Admission.Refused refused) {
        return switch (refused.why()) {
            case AboveLimit -> Why.QuotaLimit;
            case NothingLeftToBorrow -> Why.QuotaBorrowing;
        };
    }

    @Nullable
    Clause wrong(GangFact gang) {
        try {
            List<String> levels =
                    state.levels.stream().map(PlaceLevels.Level::name).toList();
            for (String level :
                    Arrays.asList(gang.spec().required(), gang.spec().preferred())) {
                if (level != null && !levels.contains(level)) {
                    return new Clause.NoSuchLevel(level, String.join(", ", levels));
                }
            }
            List<Gang.Members> classes = gang.spec().classes();
            if (classes.stream().map(Gang.Members::name).distinct().count() < classes.size()) {
                return new Clause.SameNames();
            }
            if (classes.stream().mapToLong(Gang.Members::max).sum() > MOST_SLOTS) {
                return new Clause.TooManyMembers(MOST_SLOTS);
            }
            if (classes.stream().anyMatch(c -> c.min() < 0 || c.max() < Math.max(1, c.min()))) {
                return new Clause.WrongCounts();
            }
            Room.spec(gang);
            // Limits that are no quantities.
            classes.forEach(Plan.Row::new);
            return null;
        } catch (IllegalArgumentException e) {
            return new Clause.Quoted(String.valueOf(e.getMessage()));
        }
    }

    /// Pods of the gang by class that could still start.
    private int[] existing(Plan plan) {
        List<Gang.Members> classes = plan.fact.spec().classes();
        int[] exist = new int[classes.size()];
        for (PodFact pod : state.membersOf(plan)) {
            PodFact.Member member = Objects.requireNonNull(pod.member());
            if (pod.gated() && !pod.terminating() && !pod.stage().ended()) {
                for (int c = 0; c < exist.length; c++) {
                    exist[c] += classes.get(c).name().equals(member.className()) ? 1 : 0;
                }
            }
        }
        return exist;
    }
}
