package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.words.Clause;
import io.kumiki.planner.words.English;
import io.kumiki.planner.words.Said;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A plan as its Gang's status.
final class StatusText {
    private StatusText() {}

    static Gang.Status of(Plan plan, State state) {
        List<Gang.Slots> slots =
                plan.rows.isEmpty() ? List.of() : Occupancy.of(plan, state).told();
        int least =
                plan.fact.spec().classes().stream().mapToInt(Gang.Members::min).sum();
        int there = plan.rows.isEmpty() ? 0 : Occupancy.of(plan, state).thereInAll();
        Gang.Status sent = plan.sent;
        Gang.Status before = sent == null ? plan.fact.status() : sent;
        boolean same = before != null && before.phase() == plan.phase && before.since() != null;
        String since =
                plan.startedSecond > 0 && (plan.phase == Gang.Phase.Running || plan.phase == Gang.Phase.Repairing)
                        ? Instant.ofEpochSecond(plan.startedSecond).toString()
                        : same && before != null
                                ? before.since()
                                : Instant.ofEpochSecond(state.second).toString();
        Told told = told(plan);
        return new Gang.Status(
                plan.phase,
                state.epoch,
                plan.attempt,
                plan.ended ? Boolean.TRUE : null,
                slots.isEmpty() ? null : slots,
                there + "/" + least,
                plan.why.name(),
                told.message(),
                plan.where.isEmpty() ? null : plan.where,
                since,
                plan.phase == Gang.Phase.Waiting ? start(plan.start) : null,
                told.because(),
                state.earmarks.told(plan));
    }

    /// What was said, in words and as data.
    record Told(
            List<Clause> said,
            @Nullable List<String> unfollowed,
            String message,
            @Nullable List<Gang.Because> because) {}

    /// Found out once for everything that is said.
    private static Told told(Plan plan) {
        Told known = plan.told;
        List<String> unfollowed = plan.fact.spec().unfollowed();
        if (known == null || known.said() != plan.said || known.unfollowed() != unfollowed) {
            List<Clause> said = said(plan);
            known = new Told(plan.said, unfollowed, English.of(said), Said.written(said));
            plan.told = known;
        }
        return known;
    }

    /// Whoever moved here from another system reads what of its wishes is not followed.
    private static List<Clause> said(Plan plan) {
        List<String> unfollowed = plan.fact.spec().unfollowed();
        if (unfollowed == null || unfollowed.isEmpty()) {
            return plan.said;
        }
        List<Clause> said = new ArrayList<>(plan.said);
        unfollowed.forEach(what -> said.add(new Clause.NotFollowed(what)));
        return said;
    }

    private static Gang.@Nullable Start start(@Nullable Estimate start) {
        return start == null || start.at() == null
                ? null
                : new Gang.Start(
                        text(start.at()),
                        text(start.low()),
                        text(start.high()),
                        start.from().name());
    }

    private static @Nullable String text(@Nullable Long second) {
        return second == null ? null : Instant.ofEpochSecond(second).toString();
    }

    static long second(String time, long otherwise) {
        try {
            return Instant.parse(time).getEpochSecond();
        } catch (DateTimeParseException e) {
            return otherwise;
        }
    }
}
